/** Classes in the wrong place: each breaks one of the dependency rules. */
@NullMarked
package dev.ferry.migrate.misplaced;

import org.jspecify.annotations.NullMarked;
