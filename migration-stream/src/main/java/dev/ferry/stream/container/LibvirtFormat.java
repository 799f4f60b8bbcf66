package dev.ferry.stream.container;

import org.jspecify.annotations.Nullable;

/**
 * How the stream is kept in a libvirt save image (libvirt src/qemu/qemu_saveimage.h,
 * virQEMUSaveFormat).
 */
public enum LibvirtFormat {
    /** The stream as it is. */
    RAW(0, "raw", Compression.NONE),
    GZIP(1, "gzip", Compression.GZIP),
    BZIP2(2, "bzip2", Compression.BZIP2),
    XZ(3, "xz", Compression.XZ),
    LZOP(4, "lzop", Compression.LZOP),
    /** Since libvirt 9. */
    ZSTD(5, "zstd", Compression.ZSTD),
    /** A mapped-ram stream, as it is; since libvirt 11.2. */
    SPARSE(6, "sparse", Compression.NONE);

    private static final LibvirtFormat[] BY_CODE = {RAW, GZIP, BZIP2, XZ, LZOP, ZSTD, SPARSE};

    private final int code;
    private final String label;
    private final Compression compression;

    LibvirtFormat(int code, String label, Compression compression) {
        this.code = code;
        this.label = label;
        this.compression = compression;
    }

    /** The number in the header. */
    public int code() {
        return code;
    }

    /** The name in {@code qemu.conf}'s {@code save_image_format}. */
    public String label() {
        return label;
    }

    /** What unpacks the payload. */
    public Compression compression() {
        return compression;
    }

    /** The format with this number, taken as unsigned; null if libvirt knows none. */
    public static @Nullable LibvirtFormat of(int code) {
        return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
    }
}
