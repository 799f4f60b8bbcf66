package dev.ferry.stream.ram;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256 of blocks; each is one chain of work, so that several blocks keep several cores busy. */
public final class RamDigest {

    private static final int PIECE = 1 << 20;

    private RamDigest() {}

    /** The digest of a block's {@link RamBlock#usedLength} bytes. */
    public static byte[] sha256(RamImage.BlockImage image) {
        MessageDigest digest = sha256();
        // The intrinsic takes heap arrays; a direct buffer would be copied piece by piece anyway.
        byte[] piece = new byte[PIECE];
        byte[] zeros = new byte[PIECE];
        long length = image.memory().byteSize();
        long at = 0;
        while (at < length) {
            long page = at / image.pageSize();
            boolean zero = !image.touched(page);
            long next = zero ? image.nextTouched(page) : image.nextUntouched(page);
            long end = next < 0 ? length : Math.min(length, next * image.pageSize());
            while (at < end) {
                int n = (int) Math.min(PIECE, end - at);
                if (zero) {
                    digest.update(zeros, 0, n);
                } else {
                    MemorySegment.copy(image.memory(), ValueLayout.JAVA_BYTE, at, piece, 0, n);
                    digest.update(piece, 0, n);
                }
                at += n;
            }
        }
        return digest.digest();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
