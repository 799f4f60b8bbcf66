/**
 * {@code ferry verify}: everything checkable about an input. Each check watches the items of the
 * stream, the pages of guest memory or both, and reports findings.
 */
@NullMarked
package dev.ferry.tools.verify;

import org.jspecify.annotations.NullMarked;
