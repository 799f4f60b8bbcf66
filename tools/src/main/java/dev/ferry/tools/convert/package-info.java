/** {@code ferry convert}: any input to any output. */
@NullMarked
package dev.ferry.tools.convert;

import org.jspecify.annotations.NullMarked;
