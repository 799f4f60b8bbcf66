package dev.ferry.stream.container;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A libvirt save image ({@code virsh save}, managed save, the memory file of an external snapshot):
 * header, domain XML, cookie, padding, then the stream.
 *
 * <pre>
 *   0  16  {@link #COMPLETE} or {@link #PARTIAL}
 *  16   4  version, 1 or 2
 *  20   4  data length: XML, cookie and padding, after the header
 *  24   4  was running
 *  28   4  format
 *  32   4  cookie offset from the end of the header; 0: no cookie
 *  36  56  unused
 *  92      XML and NUL, cookie and NUL, padding; then the stream
 * </pre>
 *
 * <p>The numbers are in the byte order of the host that wrote it (libvirt
 * src/qemu/qemu_saveimage.h, virQEMUSaveHeader).
 */
public final class LibvirtSaveImage implements Container {

    /** Magic of a finished image. */
    public static final String COMPLETE = "LibvirtQemudSave";

    /** Magic of an image being written, or whose writing was interrupted. */
    public static final String PARTIAL = "LibvirtQemudPart";

    /** Size of the header. */
    public static final int HEADER_BYTES = 92;

    static final int VERSION = 2;

    private final byte[] header;
    private final byte[] data;
    private final ByteOrder order;
    private final LibvirtFormat format;
    private final int xmlLength;
    private final int cookieLength;

    /**
     * @param xmlLength without the NUL
     * @param cookieLength without the NUL; -1 without a cookie
     */
    LibvirtSaveImage(
            byte[] header,
            byte[] data,
            ByteOrder order,
            LibvirtFormat format,
            int xmlLength,
            int cookieLength) {
        this.header = header;
        this.data = data;
        this.order = order;
        this.format = format;
        this.xmlLength = xmlLength;
        this.cookieLength = cookieLength;
    }

    static int u32(byte[] header, ByteOrder order, int offset) {
        return ByteBuffer.wrap(header).order(order).getInt(offset);
    }

    /** Whether writing it came to its end. */
    public boolean complete() {
        return header[12] == 'S';
    }

    /** Byte order of the header's numbers. */
    public ByteOrder byteOrder() {
        return order;
    }

    /** 2; 1 in very old images, which are never compressed. */
    public int version() {
        return u32(header, order, 16);
    }

    /** Bytes between the header and the stream. */
    public int dataLength() {
        return data.length;
    }

    /** Whether libvirt starts the CPUs after loading. */
    public boolean wasRunning() {
        return u32(header, order, 24) != 0;
    }

    /** How the stream is kept. */
    public LibvirtFormat format() {
        return format;
    }

    /** The format's number as it stands in the header; version 1 ignores it. */
    public int formatCode() {
        return u32(header, order, 28);
    }

    /** Offset of the cookie from the end of the header; 0: no cookie. */
    public int cookieOffset() {
        return u32(header, order, 32);
    }

    /** The domain description. */
    public String xml() {
        return new String(data, 0, xmlLength, StandardCharsets.UTF_8);
    }

    /** What libvirt needs beside the domain description (root element {@code cookie}). */
    public Optional<String> cookie() {
        return cookieLength < 0
                ? Optional.empty()
                : Optional.of(
                        new String(data, cookieOffset(), cookieLength, StandardCharsets.UTF_8));
    }

    /** Bytes after XML and cookie (each with its NUL), kept free for an edited XML to grow into. */
    public int paddingLength() {
        int xmlEnd = xmlLength + 1;
        return data.length
                - (cookieLength < 0 ? xmlEnd : Math.max(xmlEnd, cookieOffset() + cookieLength + 1));
    }

    /** File offset of the stream, or of what it is packed in. */
    public long payloadOffset() {
        return HEADER_BYTES + (long) data.length;
    }

    /** The header's {@value #HEADER_BYTES} bytes; a copy. */
    public byte[] rawHeader() {
        return header.clone();
    }

    /** The bytes between header and stream, padding included; a copy. */
    public byte[] rawData() {
        return data.clone();
    }

    @Override
    public String toString() {
        return (complete() ? "" : "incomplete ") + "libvirt save image, format " + format.label();
    }
}
