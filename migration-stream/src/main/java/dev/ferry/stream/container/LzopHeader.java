package dev.ferry.stream.container;

import dev.ferry.stream.LimitExceededException;
import dev.ferry.stream.UnsupportedStreamException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.Adler32;
import java.util.zip.CRC32;
import java.util.zip.Checksum;

/**
 * Header of one lzop member, big endian:
 *
 * <pre>
 *  9 bytes magic
 *  u16  version, u16 library version, u16 version needed (from 0x940 on)
 *  u8   method: 1 LZO1X-1, 2 LZO1X-1(15), 3 LZO1X-999; u8 level (from 0x940 on)
 *  u32  flags
 *  u32  filter, if flag 0x800
 *  u32  mode, u32 mtime, u32 mtime high part (from 0x940 on)
 *  u8   name length, name
 *  u32  checksum of all since the magic: CRC32 if flag 0x1000, else Adler32
 *  u32  length, bytes and u32 checksum of an extra field, if flag 0x40
 * </pre>
 *
 * @param flags which checksums the blocks have, among others
 */
record LzopHeader(long flags) {

    private static final byte[] MAGIC = {(byte) 0x89, 'L', 'Z', 'O', 0, '\r', '\n', 0x1a, '\n'};

    private static final int MAGIC_BYTES = 9;

    /** lzop 1.04, the newest there is. */
    private static final int NEWEST = 0x1040;

    private static final int F_ADLER32_D = 1;
    private static final int F_ADLER32_C = 2;
    private static final int F_H_EXTRA_FIELD = 0x40;
    private static final int F_CRC32_D = 0x100;
    private static final int F_CRC32_C = 0x200;
    private static final int F_H_FILTER = 0x800;
    private static final int F_H_CRC32 = 0x1000;

    private static final int MAX_EXTRA = 1 << 20;

    /** Library version 2.10; what a reader needs is lzop 0.94. */
    private static final int LIBRARY = 0x20a0;

    private static final int NEEDED = 0x940;
    private static final int LZO1X_1 = 1;
    private static final int LEVEL = 5;
    private static final int F_STDIN = 4;
    private static final int F_STDOUT = 8;
    private static final int F_OS_UNIX = 3 << 24;

    /**
     * What {@code lzop -c} writes in front of its standard input, but for the time, which is 0: a
     * header without a name, blocks with the Adler32 of their unpacked bytes.
     */
    static byte[] ofStandardInput() {
        ByteBuffer header = ByteBuffer.allocate(MAGIC_BYTES + 25 + 4);
        header.put(MAGIC).putShort((short) NEWEST).putShort((short) LIBRARY);
        header.putShort((short) NEEDED).put((byte) LZO1X_1).put((byte) LEVEL);
        header.putInt(F_OS_UNIX | F_STDIN | F_STDOUT | F_ADLER32_D);
        header.position(header.position() + 13);
        Adler32 adler = new Adler32();
        adler.update(header.array(), MAGIC_BYTES, header.position() - MAGIC_BYTES);
        return header.putInt((int) adler.getValue()).array();
    }

    boolean adlerOfUnpacked() {
        return (flags & F_ADLER32_D) != 0;
    }

    boolean adlerOfPacked() {
        return (flags & F_ADLER32_C) != 0;
    }

    boolean crcOfUnpacked() {
        return (flags & F_CRC32_D) != 0;
    }

    boolean crcOfPacked() {
        return (flags & F_CRC32_C) != 0;
    }

    /** Reads and checks a header; its magic has been seen. */
    static LzopHeader read(Lookahead in) throws IOException {
        long begin = in.offset();
        for (int i = 0; i < MAGIC_BYTES; i++) {
            in.u8("lzop magic");
        }
        Summed summed = new Summed(in);
        int version = summed.number(2);
        summed.number(2);
        boolean modern = version >= 0x940;
        int needed = modern ? summed.number(2) : version;
        if (needed > NEWEST) {
            throw new UnsupportedStreamException(
                    "lzop version needed: found 0x"
                            + Integer.toHexString(needed)
                            + ", up to 0x"
                            + Integer.toHexString(NEWEST)
                            + " is known",
                    in.at(begin));
        }
        int method = summed.number(1);
        if (modern) {
            summed.number(1);
        }
        int flags = summed.number(4);
        if ((flags & F_H_FILTER) != 0) {
            int filter = summed.number(4);
            throw new UnsupportedStreamException(
                    "lzop filter: found " + Integer.toUnsignedString(filter) + ", none is known",
                    in.at(begin));
        }
        summed.skip(modern ? 12 : 8);
        summed.skip(summed.number(1));
        summed.verify(flags, begin);
        if (method < 1 || method > 3) {
            throw new UnsupportedStreamException(
                    "lzop method: found " + method + ", LZO1X (1 to 3) is known", in.at(begin));
        }
        if ((flags & F_H_EXTRA_FIELD) != 0) {
            skipExtra(in, flags);
        }
        return new LzopHeader(flags);
    }

    private static void skipExtra(Lookahead in, int flags) throws IOException {
        long at = in.offset();
        Summed summed = new Summed(in);
        int length = summed.number(4);
        if (length < 0 || length > MAX_EXTRA) {
            throw new LimitExceededException(
                    "lzop extra field: "
                            + Integer.toUnsignedString(length)
                            + " bytes found, the limit is "
                            + MAX_EXTRA,
                    in.at(at));
        }
        summed.skip(length);
        summed.verify(flags, at);
    }

    /** Bytes that count in a header checksum; which kind is known only once the flags are. */
    private static final class Summed {

        private static final String WHAT = "lzop header";

        private final Lookahead in;
        private final Checksum adler = new Adler32();
        private final Checksum crc = new CRC32();

        Summed(Lookahead in) {
            this.in = in;
        }

        int number(int bytes) throws IOException {
            int value = 0;
            for (int i = 0; i < bytes; i++) {
                int b = in.u8(WHAT);
                adler.update(b);
                crc.update(b);
                value = value << 8 | b;
            }
            return value;
        }

        void skip(int bytes) throws IOException {
            for (int i = 0; i < bytes; i++) {
                number(1);
            }
        }

        void verify(int flags, long begin) throws IOException {
            boolean isCrc = (flags & F_H_CRC32) != 0;
            long expected = in.u32("lzop header checksum");
            long found = isCrc ? crc.getValue() : adler.getValue();
            if (found != expected) {
                throw in.malformed(
                        begin,
                        "lzop header "
                                + (isCrc ? "CRC32" : "Adler32")
                                + ": expected 0x"
                                + Long.toHexString(expected)
                                + ", found 0x"
                                + Long.toHexString(found));
            }
        }
    }
}
