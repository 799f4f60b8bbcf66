/** {@code ferry edit}: changes single things, and leaves all else byte for byte. */
@NullMarked
package dev.ferry.tools.edit;

import org.jspecify.annotations.NullMarked;
