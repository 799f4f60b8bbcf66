package dev.ferry.stream.container;

import dev.ferry.stream.LimitExceededException;
import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.UnsupportedStreamException;
import io.airlift.compress.v3.MalformedInputException;
import io.airlift.compress.v3.lzo.LzoDecompressor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.Adler32;
import java.util.zip.CRC32;
import java.util.zip.Checksum;

/**
 * One member of an lzop file, big endian:
 *
 * <pre>
 *  {@link LzopHeader}
 *  blocks:
 *   u32  unpacked length; 0 ends the member
 *   u32  packed length; equal to the unpacked one: stored
 *   u32  Adler32, u32 CRC32 of the unpacked bytes, as the header's flags say
 *   u32  Adler32, u32 CRC32 of the packed bytes, likewise, unless stored
 *   ...  the bytes (LZO1X)
 * </pre>
 *
 * <p>aircompressor unpacks the blocks. Its own lzop stream reads one member, only those of the
 * default level, and skips the checksums.
 */
final class LzopMember implements Member {

    /** lzop's own limit (MAX_BLOCK_SIZE); its blocks are 256 KiB. */
    private static final int MAX_BLOCK = 64 << 20;

    /** An LZO1X byte cannot become more: a match length grows by 255 per byte. */
    private static final long MAX_GAIN = 256;

    private final Lookahead in;
    private final LzopHeader header;
    private final LzoDecompressor lzo = new LzoDecompressor();
    private byte[] packed = new byte[0];
    private byte[] block = new byte[0];
    private int position;
    private int length;
    private boolean complete;

    LzopMember(Lookahead in) throws IOException {
        this.in = in;
        this.header = LzopHeader.read(in);
    }

    @Override
    public int read(ByteBuffer dst) throws IOException {
        if (position == length && (complete || !nextBlock())) {
            return -1;
        }
        int n = Math.min(dst.remaining(), length - position);
        dst.put(block, position, n);
        position += n;
        return n;
    }

    private boolean nextBlock() throws IOException {
        long at = in.offset();
        long unpackedLength = in.u32("lzop block length");
        if (unpackedLength == 0) {
            complete = true;
            return false;
        }
        if (unpackedLength == 0xffffffffL) {
            throw new UnsupportedStreamException(
                    "lzop block: a split lzop file, join its parts first", in.at(at));
        }
        if (unpackedLength > MAX_BLOCK) {
            throw new LimitExceededException(
                    "lzop block length: " + unpackedLength + " found, the limit is " + MAX_BLOCK,
                    in.at(at));
        }
        long packedLength = in.u32("lzop packed block length");
        if (packedLength == 0
                || packedLength > unpackedLength
                || unpackedLength > packedLength * MAX_GAIN) {
            throw in.malformed(
                    at,
                    "lzop packed block length: "
                            + packedLength
                            + " bytes cannot become "
                            + unpackedLength);
        }
        readBlock(at, (int) packedLength, (int) unpackedLength);
        return true;
    }

    private void readBlock(long at, int packedLength, int unpackedLength) throws IOException {
        boolean stored = packedLength == unpackedLength;
        long unpackedAdler = header.adlerOfUnpacked() ? in.u32("lzop block Adler32") : -1;
        long unpackedCrc = header.crcOfUnpacked() ? in.u32("lzop block CRC32") : -1;
        long packedAdler = header.adlerOfPacked() && !stored ? in.u32("lzop block Adler32") : -1;
        long packedCrc = header.crcOfPacked() && !stored ? in.u32("lzop block CRC32") : -1;
        readPacked(packedLength);
        check(new Adler32(), packed, packedLength, packedAdler, "lzop packed block Adler32", at);
        check(new CRC32(), packed, packedLength, packedCrc, "lzop packed block CRC32", at);
        if (stored) {
            byte[] swap = block;
            block = packed;
            packed = swap;
        } else {
            unpack(at, packedLength, unpackedLength);
        }
        check(new Adler32(), block, unpackedLength, unpackedAdler, "lzop block Adler32", at);
        check(new CRC32(), block, unpackedLength, unpackedCrc, "lzop block CRC32", at);
        position = 0;
        length = unpackedLength;
    }

    /** Grows with what really arrives, so that a lying length costs nothing. */
    private void readPacked(int packedLength) throws IOException {
        int have = 0;
        while (have < packedLength) {
            int n = Math.min(packedLength - have, Lookahead.BUFFER_BYTES);
            if (packed.length < have + n) {
                packed = Arrays.copyOf(packed, Math.max(have + n, have * 2));
            }
            in.readFully(ByteBuffer.wrap(packed, have, n), "lzop block");
            have += n;
        }
    }

    private void unpack(long at, int packedLength, int unpackedLength) throws IOException {
        if (block.length < unpackedLength) {
            block = new byte[unpackedLength];
        }
        int n;
        try {
            n = lzo.decompress(packed, 0, packedLength, block, 0, unpackedLength);
        } catch (MalformedInputException e) {
            throw new MalformedStreamException(
                    "lzop block: damaged (" + e.getMessage() + ")", in.at(at), e);
        }
        if (n != unpackedLength) {
            throw in.malformed(
                    at, "lzop block: expected " + unpackedLength + " bytes, unpacked " + n);
        }
    }

    private void check(Checksum sum, byte[] bytes, int length, long expected, String what, long at)
            throws MalformedStreamException {
        if (expected < 0) {
            return;
        }
        sum.update(bytes, 0, length);
        if (sum.getValue() != expected) {
            throw in.malformed(
                    at,
                    what
                            + ": expected 0x"
                            + Long.toHexString(expected)
                            + ", found 0x"
                            + Long.toHexString(sum.getValue()));
        }
    }

    @Override
    public void close() {}
}
