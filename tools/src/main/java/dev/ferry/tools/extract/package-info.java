/** {@code ferry extract}: one thing out of an input, as bytes or JSON. */
@NullMarked
package dev.ferry.tools.extract;

import org.jspecify.annotations.NullMarked;
