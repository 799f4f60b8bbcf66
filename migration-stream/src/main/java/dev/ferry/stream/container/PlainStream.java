package dev.ferry.stream.container;

/**
 * No container: the stream is the file, or begins somewhere in it (QEMU's {@code
 * file:NAME,offset=N}) and ends with it.
 *
 * @param offset where in the (decompressed) file the stream begins
 */
public record PlainStream(long offset) implements Container {}
