/**
 * Edits of a stream that leave all else as it is, byte for byte: what is to change is planned as
 * splices while the stream is read, and then applied to a copy.
 */
@NullMarked
package dev.ferry.stream.edit;

import org.jspecify.annotations.NullMarked;
