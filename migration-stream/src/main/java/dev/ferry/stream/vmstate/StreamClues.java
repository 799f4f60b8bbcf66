package dev.ferry.stream.vmstate;

/**
 * What a stream without a description tells about where it comes from.
 *
 * @param machine the machine type in the configuration section, empty if there is none
 * @param ramSectionId the id under which the RAM section starts, or {@link #UNKNOWN}. Together with
 *     the ids of the device sections it tells releases of QEMU apart that describe one machine type
 *     in different words
 */
public record StreamClues(String machine, int ramSectionId) {

    /** No RAM section was seen. */
    public static final int UNKNOWN = -1;

    /** Nothing is known. */
    public static final StreamClues NONE = new StreamClues("", UNKNOWN);
}
