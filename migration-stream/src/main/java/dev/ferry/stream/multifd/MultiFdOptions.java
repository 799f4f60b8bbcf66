package dev.ferry.stream.multifd;

import java.util.UUID;

/**
 * How to write multifd channels.
 *
 * @param uuid the VM's, which the destination must have been given too ({@code -uuid}); {@link
 *     MultiFdHandshake#NO_UUID} without one
 * @param dialect how packets are filled in
 * @param zeroPages how zero pages travel
 * @param compression NONE, ZLIB or ZSTD; must be the destination's {@code multifd-compression}
 * @param level of the compression: 0 to 9 for zlib, 0 to 20 for zstd
 */
public record MultiFdOptions(
        UUID uuid,
        MultiFdDialect dialect,
        ZeroPageDetection zeroPages,
        MultiFdCompression compression,
        int level) {

    /** QEMU's default level, of zlib and of zstd. */
    public static final int DEFAULT_LEVEL = 1;

    private static final int MAX_ZLIB_LEVEL = 9;
    private static final int MAX_ZSTD_LEVEL = 20;

    /** As QEMU 10.0 with its newest machine types, uncompressed. */
    public static final MultiFdOptions DEFAULT =
            new MultiFdOptions(
                    MultiFdHandshake.NO_UUID,
                    MultiFdDialect.QEMU_10_0,
                    ZeroPageDetection.MULTIFD,
                    MultiFdCompression.NONE,
                    DEFAULT_LEVEL);

    public MultiFdOptions {
        if (zeroPages == ZeroPageDetection.MULTIFD && !dialect.listsZeroPages()) {
            throw new IllegalArgumentException("QEMU 7.2 has no zero pages in packets");
        }
        int most =
                switch (compression) {
                    case NONE -> Integer.MAX_VALUE;
                    case ZLIB -> MAX_ZLIB_LEVEL;
                    case ZSTD -> MAX_ZSTD_LEVEL;
                    case QPL, UADK, QATZIP ->
                            throw new IllegalArgumentException(
                                    "multifd compression "
                                            + compression.parameter()
                                            + " cannot be written");
                };
        if (level < 0 || level > most) {
            throw new IllegalArgumentException(compression.parameter() + " level " + level);
        }
    }

    /** The same for a VM with this UUID. */
    public MultiFdOptions withUuid(UUID other) {
        return new MultiFdOptions(other, dialect, zeroPages, compression, level);
    }

    /** The same with packets and zero pages as {@code style} has them. */
    public MultiFdOptions withStyle(MultiFdStyle style) {
        return new MultiFdOptions(uuid, style.dialect(), style.zeroPages(), compression, level);
    }

    /** The same with zero pages travelling otherwise. */
    public MultiFdOptions withZeroPages(ZeroPageDetection other) {
        return new MultiFdOptions(uuid, dialect, other, compression, level);
    }

    /** The same with another compression, at QEMU's default level. */
    public MultiFdOptions withCompression(MultiFdCompression other) {
        return withCompression(other, DEFAULT_LEVEL);
    }

    /** The same with another compression. */
    public MultiFdOptions withCompression(MultiFdCompression other, int otherLevel) {
        return new MultiFdOptions(uuid, dialect, zeroPages, other, otherLevel);
    }
}
