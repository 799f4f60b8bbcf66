/**
 * Sections with a format of their own that are not {@code ram}: dirty bitmaps, the old block
 * migration, and what some targets add. None has a length, so each must be understood to be passed.
 */
@NullMarked
package dev.ferry.stream.live;

import org.jspecify.annotations.NullMarked;
