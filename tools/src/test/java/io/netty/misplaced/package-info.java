/** Classes in the wrong place: each breaks one of the dependency rules. */
@NullMarked
package io.netty.misplaced;

import org.jspecify.annotations.NullMarked;
