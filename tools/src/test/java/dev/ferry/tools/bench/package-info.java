/** Whole commands timed beside their peers: {@code ./ferry bench commands}. */
@NullMarked
package dev.ferry.tools.bench;

import org.jspecify.annotations.NullMarked;
