package dev.ferry.stream.container;

import dev.ferry.stream.LimitExceededException;
import dev.ferry.stream.Limits;
import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.TruncatedStreamException;
import dev.ferry.stream.UnsupportedStreamException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads what precedes the stream in a {@link LibvirtSaveImage}. */
final class LibvirtSaveImageReader {

    private static final String MAGIC = "LibvirtQemud";
    private static final int VERSION_AT = 16;
    private static final int DATA_LENGTH_AT = 20;
    private static final int FORMAT_AT = 28;
    private static final int COOKIE_OFFSET_AT = 32;

    private final Lookahead in;
    private final Limits limits;

    private LibvirtSaveImageReader(Lookahead in, Limits limits) {
        this.in = in;
        this.limits = limits;
    }

    static boolean isNext(Lookahead in) throws IOException {
        return in.startsWith(MAGIC);
    }

    static boolean isCutShort(Lookahead in) throws IOException {
        return in.endsInside(MAGIC);
    }

    /** Reads from the magic on; {@code in} is then at the payload. */
    static LibvirtSaveImage read(Lookahead in, Limits limits) throws IOException {
        return new LibvirtSaveImageReader(in, limits).read();
    }

    private LibvirtSaveImage read() throws IOException {
        byte[] header = new byte[LibvirtSaveImage.HEADER_BYTES];
        in.readFully(ByteBuffer.wrap(header), "libvirt save image header");
        String magic = new String(header, 0, 16, StandardCharsets.ISO_8859_1);
        if (!magic.equals(LibvirtSaveImage.COMPLETE) && !magic.equals(LibvirtSaveImage.PARTIAL)) {
            throw in.malformed(
                    0,
                    "libvirt save image magic: expected \""
                            + LibvirtSaveImage.COMPLETE
                            + "\" or \""
                            + LibvirtSaveImage.PARTIAL
                            + "\", found \""
                            + printable(magic)
                            + '"');
        }
        ByteOrder order = byteOrder(header);
        LibvirtFormat format = format(header, order);
        byte[] data = readData(header, order);
        int cookieOffset = LibvirtSaveImage.u32(header, order, COOKIE_OFFSET_AT);
        if (cookieOffset < 0 || cookieOffset >= data.length) {
            throw in.malformed(
                    COOKIE_OFFSET_AT,
                    "libvirt cookie offset: expected less than the data length "
                            + data.length
                            + ", found "
                            + Integer.toUnsignedString(cookieOffset));
        }
        int xmlEnd = cookieOffset == 0 ? data.length : cookieOffset;
        int xmlLength = stringLength(data, 0, xmlEnd, "libvirt domain XML");
        int cookieLength =
                cookieOffset == 0
                        ? -1
                        : stringLength(data, cookieOffset, data.length, "libvirt cookie");
        return new LibvirtSaveImage(header, data, order, format, xmlLength, cookieLength);
    }

    /** libvirt writes in host order; a version beyond the newest one means the other order. */
    private ByteOrder byteOrder(byte[] header) throws UnsupportedStreamException {
        for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
            int version = LibvirtSaveImage.u32(header, order, VERSION_AT);
            if (version >= 1 && version <= LibvirtSaveImage.VERSION) {
                return order;
            }
        }
        throw new UnsupportedStreamException(
                "libvirt save image version: found "
                        + Integer.toUnsignedString(
                                LibvirtSaveImage.u32(header, ByteOrder.LITTLE_ENDIAN, VERSION_AT))
                        + ", 1 to 2 are known",
                in.at(VERSION_AT));
    }

    private LibvirtFormat format(byte[] header, ByteOrder order) throws UnsupportedStreamException {
        if (LibvirtSaveImage.u32(header, order, VERSION_AT) < LibvirtSaveImage.VERSION) {
            return LibvirtFormat.RAW;
        }
        int code = LibvirtSaveImage.u32(header, order, FORMAT_AT);
        LibvirtFormat format = LibvirtFormat.of(code);
        if (format == null) {
            throw new UnsupportedStreamException(
                    "libvirt save image format: found "
                            + Integer.toUnsignedString(code)
                            + ", 0 (raw) to 6 (sparse) are known",
                    in.at(FORMAT_AT));
        }
        return format;
    }

    /** Grows with what really arrives, so that a lying length costs nothing. */
    private byte[] readData(byte[] header, ByteOrder order) throws IOException {
        String what = "libvirt save image XML";
        long length = LibvirtSaveImage.u32(header, order, DATA_LENGTH_AT) & 0xffffffffL;
        if (length == 0) {
            throw new MalformedStreamException(
                    "libvirt save image data length: expected the XML's, found 0",
                    in.at(DATA_LENGTH_AT));
        }
        if (length > limits.xmlBytes()) {
            throw new LimitExceededException(
                    what + ": " + length + " bytes found, the limit is " + limits.xmlBytes(),
                    in.at(DATA_LENGTH_AT));
        }
        byte[] data = new byte[0];
        while (data.length < length) {
            int have = data.length;
            int n = (int) Math.min(length - have, Math.max(have, Lookahead.BUFFER_BYTES));
            data = Arrays.copyOf(data, have + n);
            ByteBuffer rest = ByteBuffer.wrap(data, have, n);
            while (rest.hasRemaining()) {
                if (in.read(rest) < 0) {
                    throw new TruncatedStreamException(
                            what
                                    + ": expected "
                                    + length
                                    + " bytes, the input ends after "
                                    + rest.position(),
                            in.at(LibvirtSaveImage.HEADER_BYTES),
                            length - rest.position());
                }
            }
        }
        return data;
    }

    private int stringLength(byte[] data, int from, int to, String what)
            throws MalformedStreamException {
        for (int i = from; i < to; i++) {
            if (data[i] == 0) {
                return i - from;
            }
        }
        throw in.malformed(
                LibvirtSaveImage.HEADER_BYTES + (long) to,
                what + ": expected a NUL within " + (to - from) + " bytes, found none");
    }

    private static String printable(String s) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            text.append(c >= ' ' && c < 0x7f ? c : '.');
        }
        return text.toString();
    }
}
