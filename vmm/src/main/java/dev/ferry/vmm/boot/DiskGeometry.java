package dev.ferry.vmm.boot;

/**
 * How a disk looks to those who address it by cylinder, head and sector.
 *
 * <p>Source: QEMU hw/block/hd-geometry.c, guess_chs_for_size; SeaBIOS src/block.c,
 * setup_translation.
 *
 * @param cylinders 1 to 65535
 * @param heads 1 to 255
 * @param sectors a track, 1 to 63
 */
public record DiskGeometry(int cylinders, int heads, int sectors) {

    private static final int TRACK = 63;
    private static final int MAX_CYLINDERS = 1024;

    public DiskGeometry {
        if (cylinders < 1 || cylinders > 65535 || heads < 1 || heads > 255) {
            throw new IllegalArgumentException("no geometry: " + cylinders + "/" + heads);
        }
        if (sectors < 1 || sectors > TRACK) {
            throw new IllegalArgumentException("no geometry: " + sectors + " sectors a track");
        }
    }

    /** What a disk of that many sectors is taken to have. */
    static DiskGeometry of(long sectors) {
        long tracks = sectors / TRACK;
        int heads = 16;
        while (heads < 128 && tracks / heads > MAX_CYLINDERS) {
            heads *= 2;
        }
        if (tracks / heads > MAX_CYLINDERS) {
            heads = 255;
        }
        return new DiskGeometry(Math.clamp(tracks / heads, 2, MAX_CYLINDERS), heads, TRACK);
    }

    /** The number of a sector, or -1 if there is none. */
    long number(int cylinder, int head, int sector) {
        return head >= heads || sector < 1 || sector > sectors || cylinder >= cylinders
                ? -1
                : ((long) cylinder * heads + head) * sectors + sector - 1;
    }
}
