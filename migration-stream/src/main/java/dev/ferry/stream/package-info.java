/**
 * QEMU's migration stream: opening one, walking its items, and the errors that reading can end in.
 *
 * <p>Start at {@link dev.ferry.stream.MigrationReader}, and at {@link
 * dev.ferry.stream.StreamException} for what can go wrong. All integers of the wire are big endian
 * unless a type says otherwise; all offsets are in bytes.
 */
@NullMarked
package dev.ferry.stream;

import org.jspecify.annotations.NullMarked;
