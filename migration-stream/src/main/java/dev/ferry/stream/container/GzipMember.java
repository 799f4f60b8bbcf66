package dev.ferry.stream.container;

import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.TruncatedStreamException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * One gzip member (RFC 1952): header, deflate data, CRC32 and length, little endian.
 *
 * <p>The JDK's inflater does the work, from and to direct buffers, and stops at the member's last
 * byte. GZIPInputStream reads past it, and takes a damaged next member for the end of all.
 */
final class GzipMember implements Member {

    private static final int DEFLATE = 8;
    private static final int FHCRC = 2;
    private static final int FEXTRA = 4;
    private static final int FNAME = 8;
    private static final int FCOMMENT = 16;
    private static final int RESERVED = 0xe0;

    private final Lookahead in;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 crc = new CRC32();
    private boolean complete;

    GzipMember(Lookahead in) throws IOException {
        this.in = in;
        readHeader();
    }

    private void readHeader() throws IOException {
        long begin = in.offset();
        int method = -1;
        for (int i = 0; i < 3; i++) {
            method = headerByte();
        }
        int flags = headerByte();
        if (method != DEFLATE || (flags & RESERVED) != 0) {
            throw in.malformed(
                    begin,
                    "gzip header: expected method 8 without reserved flags, found method "
                            + method
                            + ", flags 0x"
                            + Integer.toHexString(flags));
        }
        for (int i = 0; i < 6; i++) {
            headerByte();
        }
        if ((flags & FEXTRA) != 0) {
            int length = headerByte() | headerByte() << 8;
            for (int i = 0; i < length; i++) {
                headerByte();
            }
        }
        if ((flags & FNAME) != 0) {
            skipString();
        }
        if ((flags & FCOMMENT) != 0) {
            skipString();
        }
        if ((flags & FHCRC) != 0) {
            int expected = (int) crc.getValue() & 0xffff;
            int found = headerByte() | headerByte() << 8;
            if (found != expected) {
                throw checksum("gzip header CRC", expected, found);
            }
        }
        crc.reset();
    }

    private int headerByte() throws IOException {
        int b = in.u8("gzip header");
        crc.update(b);
        return b;
    }

    private void skipString() throws IOException {
        while (headerByte() != 0) {
            // only its end matters
        }
    }

    @Override
    public int read(ByteBuffer dst) throws IOException {
        if (complete) {
            return -1;
        }
        ByteBuffer out = dst.duplicate();
        try {
            while (!inflater.finished()) {
                ByteBuffer packed = in.buffered();
                if (!packed.hasRemaining()) {
                    throw new TruncatedStreamException(
                            "deflate data: the input ends inside it", in.here(), 1);
                }
                inflater.setInput(packed);
                int n = inflater.inflate(dst);
                if (n > 0) {
                    crc.update(out.limit(dst.position()));
                    return n;
                }
                if (inflater.needsDictionary()) {
                    throw in.malformed(in.offset(), "deflate data: it asks for a dictionary");
                }
            }
        } catch (DataFormatException e) {
            throw new MalformedStreamException(
                    "deflate data: damaged (" + e.getMessage() + ")", in.here(), e);
        }
        readTrailer();
        complete = true;
        return -1;
    }

    private void readTrailer() throws IOException {
        int foundCrc = Integer.reverseBytes((int) in.u32("gzip trailer"));
        int foundLength = Integer.reverseBytes((int) in.u32("gzip trailer"));
        if (foundCrc != (int) crc.getValue()) {
            throw checksum("gzip CRC32", (int) crc.getValue(), foundCrc);
        }
        if (foundLength != (int) inflater.getBytesWritten()) {
            throw checksum("gzip length", (int) inflater.getBytesWritten(), foundLength);
        }
    }

    private MalformedStreamException checksum(String what, int expected, int found) {
        return in.malformed(
                in.offset(),
                what
                        + ": expected 0x"
                        + Integer.toHexString(expected)
                        + ", found 0x"
                        + Integer.toHexString(found));
    }

    @Override
    public void close() {
        inflater.end();
    }
}
