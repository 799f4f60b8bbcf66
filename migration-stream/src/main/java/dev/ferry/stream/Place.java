package dev.ferry.stream;

/**
 * A place in an input, for error messages.
 *
 * @param source the input's name as the user knows it (a path, {@code -}, {@code channel 2})
 * @param offset bytes from the beginning of that input's (decompressed) stream
 * @param breadcrumb what was being read, outermost first: {@code section 3 'ram' / block 'pc.ram' /
 *     page 0x4000}; empty at top level
 */
public record Place(String source, long offset, String breadcrumb) {

    @Override
    public String toString() {
        String at = source + " at 0x" + Long.toHexString(offset);
        return breadcrumb.isEmpty() ? at : at + ", in " + breadcrumb;
    }
}
