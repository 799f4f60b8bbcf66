package dev.ferry.stream.vmstate;

import dev.ferry.stream.Finding;

/**
 * Something a QEMU does not find in a stream as its tables want it.
 *
 * @param severity ERROR if it would refuse the stream or read wrong values
 * @param offset where in the stream the field or structure begins
 * @param path the field from the section's root, such as {@code state.divider}; a subsection is
 *     named in full; empty for the section itself
 * @param message what is there, and what is expected
 */
public record LayoutMismatch(Finding.Severity severity, long offset, String path, String message) {}
