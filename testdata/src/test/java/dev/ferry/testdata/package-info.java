@NullMarked
package dev.ferry.testdata;

import org.jspecify.annotations.NullMarked;
