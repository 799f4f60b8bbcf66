@NullMarked
package dev.ferry.testdata.guest;

import org.jspecify.annotations.NullMarked;
