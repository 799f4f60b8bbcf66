/** Classes in the wrong place: each breaks one of the dependency rules. */
@NullMarked
package dev.ferry.stream.misplaced;

import org.jspecify.annotations.NullMarked;
