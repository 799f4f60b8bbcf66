package dev.ferry.stream.container;

import dev.ferry.stream.Place;
import dev.ferry.stream.UnsupportedStreamException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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

    /** What libvirt leaves free in a new image (virQEMUSaveDataWrite). */
    static final int PADDING_BYTES = 64 << 10;

    private static final int VERSION_AT = 16;
    private static final int DATA_LENGTH_AT = 20;
    private static final int WAS_RUNNING_AT = 24;
    private static final int FORMAT_AT = 28;
    private static final int COOKIE_OFFSET_AT = 32;

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

    /**
     * A new image, in the byte order of x86, with 64 KiB left free for the XML to grow.
     *
     * @param xml the domain description; live and migratable, as {@code virsh dumpxml --migratable}
     *     prints it
     * @param cookie what libvirt keeps beside it; null if there is none
     * @param wasRunning whether libvirt is to start the CPUs after loading
     * @throws IllegalArgumentException if a text has a NUL in it
     */
    public static LibvirtSaveImage create(
            String xml, @Nullable String cookie, boolean wasRunning, LibvirtFormat format) {
        byte[] xmlBytes = utf8(xml);
        byte @Nullable [] cookieBytes = cookie == null ? null : utf8(cookie);
        byte[] header = new byte[HEADER_BYTES];
        ByteBuffer fields = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
        fields.put(COMPLETE.getBytes(StandardCharsets.ISO_8859_1));
        fields.putInt(VERSION_AT, VERSION);
        fields.putInt(WAS_RUNNING_AT, wasRunning ? 1 : 0);
        fields.putInt(FORMAT_AT, format.code());
        int dataLength = needed(xmlBytes, cookieBytes) + PADDING_BYTES;
        return lay(header, ByteOrder.LITTLE_ENDIAN, format, dataLength, xmlBytes, cookieBytes);
    }

    private static byte[] utf8(String text) {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a text in a libvirt save image cannot have a NUL");
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static int needed(byte[] xml, byte @Nullable [] cookie) {
        return Math.addExact(xml.length + 1, cookie == null ? 0 : cookie.length + 1);
    }

    /** Lays out the data, which has room for it, and writes down where into {@code header}. */
    private static LibvirtSaveImage lay(
            byte[] header,
            ByteOrder order,
            LibvirtFormat format,
            int dataLength,
            byte[] xml,
            byte @Nullable [] cookie) {
        byte[] data = Arrays.copyOf(xml, dataLength);
        ByteBuffer fields = ByteBuffer.wrap(header).order(order);
        fields.putInt(DATA_LENGTH_AT, dataLength);
        fields.putInt(COOKIE_OFFSET_AT, cookie == null ? 0 : xml.length + 1);
        if (cookie != null) {
            System.arraycopy(cookie, 0, data, xml.length + 1, cookie.length);
        }
        int cookieLength = cookie == null ? -1 : cookie.length;
        return new LibvirtSaveImage(header, data, order, format, xml.length, cookieLength);
    }

    /**
     * The same with another domain description. The data keeps its length, because the stream
     * behind it must not move; the padding gives and takes.
     *
     * @throws UnsupportedStreamException if the XML is longer than {@link #xmlRoom()}
     * @throws IllegalArgumentException if it has a NUL in it
     */
    public LibvirtSaveImage withXml(String xml) throws UnsupportedStreamException {
        byte[] bytes = utf8(xml);
        if (bytes.length > xmlRoom()) {
            throw new UnsupportedStreamException(
                    "new domain XML: "
                            + bytes.length
                            + " bytes, the image has room for "
                            + xmlRoom(),
                    new Place("libvirt save image", HEADER_BYTES, "domain XML"));
        }
        byte @Nullable [] cookie =
                cookieLength < 0
                        ? null
                        : Arrays.copyOfRange(data, cookieOffset(), cookieOffset() + cookieLength);
        return lay(header.clone(), order, format, data.length, bytes, cookie);
    }

    /** The same in another format; version 1 images, which have none, become version 2. */
    public LibvirtSaveImage withFormat(LibvirtFormat other) {
        byte[] changed = header.clone();
        ByteBuffer fields = ByteBuffer.wrap(changed).order(order);
        if (version() != VERSION) {
            fields.putInt(VERSION_AT, VERSION);
        }
        fields.putInt(FORMAT_AT, other.code());
        return new LibvirtSaveImage(changed, data, order, other, xmlLength, cookieLength);
    }

    /** The same, started after loading or not. */
    public LibvirtSaveImage withWasRunning(boolean running) {
        byte[] changed = header.clone();
        ByteBuffer.wrap(changed).order(order).putInt(WAS_RUNNING_AT, running ? 1 : 0);
        return new LibvirtSaveImage(changed, data, order, format, xmlLength, cookieLength);
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
        return u32(header, order, VERSION_AT);
    }

    /** Bytes between the header and the stream. */
    public int dataLength() {
        return data.length;
    }

    /** Whether libvirt starts the CPUs after loading. */
    public boolean wasRunning() {
        return u32(header, order, WAS_RUNNING_AT) != 0;
    }

    /** How the stream is kept. */
    public LibvirtFormat format() {
        return format;
    }

    /** The format's number as it stands in the header; version 1 ignores it. */
    public int formatCode() {
        return u32(header, order, FORMAT_AT);
    }

    /** Offset of the cookie from the end of the header; 0: no cookie. */
    public int cookieOffset() {
        return u32(header, order, COOKIE_OFFSET_AT);
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

    /** How many bytes the XML may have, without its NUL, beside the cookie. */
    public int xmlRoom() {
        return data.length - 1 - (cookieLength < 0 ? 0 : cookieLength + 1);
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
