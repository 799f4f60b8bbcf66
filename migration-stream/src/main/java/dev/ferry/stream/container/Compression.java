package dev.ferry.stream.container;

import java.io.IOException;

/** A compression around a stream, recognised by its magic bytes. */
public enum Compression {
    /** Not compressed. */
    NONE("none", ""),
    XZ("xz", "\u00fd7zXZ\0"),
    GZIP("gzip", "\u001f\u008b\u0008"),
    BZIP2("bzip2", "BZh"),
    ZSTD("zstd", "(\u00b5/\u00fd"),
    LZOP("lzop", "\u0089LZO\0\r\n\u001a\n");

    private static final Compression[] ALL = {XZ, GZIP, BZIP2, ZSTD, LZOP};

    private final String label;

    /** Byte for char. */
    private final String magic;

    Compression(String label, String magic) {
        this.label = label;
        this.magic = magic;
    }

    /** The compression's usual name, which is also its tool's: {@code xz}, {@code none}. */
    public String label() {
        return label;
    }

    /** The compression whose magic comes next in {@code in}; {@link #NONE} if none does. */
    static Compression next(Lookahead in) throws IOException {
        for (Compression compression : ALL) {
            if (compression.isNext(in)) {
                return compression;
            }
        }
        return NONE;
    }

    /** Whether a member of this compression begins at the next byte of {@code in}. */
    boolean isNext(Lookahead in) throws IOException {
        return switch (this) {
            case NONE -> false;
            case BZIP2 -> in.startsWith(magic) && isBzip2Level(in.peek(magic.length()));
            case ZSTD -> in.startsWith(magic) || isZstdSkippable(in);
            case XZ, GZIP, LZOP -> in.startsWith(magic);
        };
    }

    /** Whether the input ends inside what may be this compression's magic. */
    boolean isCutShort(Lookahead in) throws IOException {
        return switch (this) {
            case NONE -> false;
            case BZIP2 -> in.endsInside(magic) || (in.startsWith(magic) && in.peek(3) < 0);
            case XZ, GZIP, ZSTD, LZOP -> in.endsInside(magic);
        };
    }

    private static boolean isBzip2Level(int digit) {
        return digit >= '1' && digit <= '9';
    }

    /** Skippable frames (0x184d2a50 to 0x184d2a5f, little endian) may come first: pzstd does it. */
    private static boolean isZstdSkippable(Lookahead in) throws IOException {
        return (in.peek(0) & 0xf0) == 0x50
                && in.peek(1) == 0x2a
                && in.peek(2) == 0x4d
                && in.peek(3) == 0x18;
    }
}
