@NullMarked
package dev.ferry.testdata.junit;

import org.jspecify.annotations.NullMarked;
