package dev.ferry.stream.ram;

/**
 * What changes the shape of the {@code ram} section without a mark of its own.
 *
 * @param ignoreShared capability x-ignore-shared: each block list entry carries an address
 * @param mappedRam capability mapped-ram: each entry carries a {@link MappedRamHeader}
 * @param hostPageSizes OR of all host page sizes that POSTCOPY_ADVISE told, or 0: an entry may
 *     carry a page size
 */
public record RamFeatures(boolean ignoreShared, boolean mappedRam, long hostPageSizes) {

    /** A plain precopy stream. */
    public static final RamFeatures NONE = new RamFeatures(false, false, 0);

    /** The same with what POSTCOPY_ADVISE told of host page sizes. */
    public RamFeatures withHostPageSizes(long summary) {
        return new RamFeatures(ignoreShared, mappedRam, summary);
    }
}
