package dev.ferry.stream.multifd;

/** How payloads are compressed: bits 1 to 5 of a packet's flags. QEMU migration/multifd.h. */
public enum MultiFdCompression {
    NONE(0x00, "none"),
    ZLIB(0x02, "zlib"),
    ZSTD(0x04, "zstd"),
    QPL(0x08, "qpl"),
    UADK(0x10, "uadk"),
    QATZIP(0x20, "qatzip");

    /** The bits of a packet's flags that name the method. */
    public static final int MASK = 0x3e;

    private static final MultiFdCompression[] ALL = values();

    private final int code;
    private final String parameter;

    MultiFdCompression(int code, String parameter) {
        this.code = code;
        this.parameter = parameter;
    }

    /** The bits on the wire. */
    public int code() {
        return code;
    }

    /** The value of QEMU's {@code multifd-compression} parameter. */
    public String parameter() {
        return parameter;
    }

    /** The method of a packet, or null if the bits name none or several. */
    static @org.jspecify.annotations.Nullable MultiFdCompression of(int flags) {
        for (MultiFdCompression method : ALL) {
            if (method.code == (flags & MASK)) {
                return method;
            }
        }
        return null;
    }
}
