/**
 * {@code ferry inspect}: what is inside an input. {@link dev.ferry.tools.inspect.Inspector} reads
 * once and notes facts; the text and JSON views show them.
 */
@NullMarked
package dev.ferry.tools.inspect;

import org.jspecify.annotations.NullMarked;
