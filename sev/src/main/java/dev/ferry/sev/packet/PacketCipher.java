package dev.ferry.sev.packet;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.session.TransportKeys;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Objects;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.IvParameterSpec;

/**
 * Makes and opens packets of one session: AES-128-CTR with the TEK, its counter of 128 bits
 * starting at the IV and wrapping, then HMAC-SHA256 with the TIK over header and ciphertext.
 * Opening checks the code first and decrypts nothing that fails.
 *
 * <p>What no packet says: which page it is, whether it is new. Whoever can write into the stream
 * can leave packets out, repeat them and put one in another's place, unnoticed.
 *
 * <p>One per thread: it works on arrays of its own. Bytes are encrypted straight from heap array to
 * heap array, which is what the JVM's own AES and SHA-256 are fast at; a packet leaves behind about
 * 160 bytes of garbage, whatever its size: the initialisation of the counter, and the code.
 *
 * <p>Source: SEV API, SEND_UPDATE_DATA; AMD firmware aesctr_hmac256_encrypt.
 */
public final class PacketCipher implements AutoCloseable {

    /** The most that the firmware takes into one packet, in bytes. */
    public static final int MAX_BYTES = 0x5000;

    /** A packet's length is a multiple of it. */
    public static final int BLOCK_BYTES = 16;

    private final Cipher cipher;
    private final SecretKey key;
    private final PacketMac mac;
    private final FreshIvs ivs;
    private final byte[] iv = new byte[PacketHeader.IV_BYTES];
    private byte[] scratch = {};
    private boolean closed;

    /** For pages. */
    public PacketCipher(TransportKeys keys) {
        this(keys, PacketContext.DATA, new SecureRandom());
    }

    /**
     * For packets of one kind.
     *
     * @param keys copied
     * @param context what the packets hold
     * @param random where IVs come from
     */
    public PacketCipher(TransportKeys keys, PacketContext context, SecureRandom random) {
        try {
            cipher = Cipher.getInstance("AES/CTR/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-CTR is not to be had", e);
        }
        key = keys.encryption();
        mac = new PacketMac(keys, context);
        ivs = new FreshIvs(random);
    }

    /**
     * Makes a packet with a fresh IV.
     *
     * @param length of plaintext and ciphertext: a multiple of 16, at most {@link #MAX_BYTES}
     * @param header takes 52 bytes
     * @param ciphertext takes {@code length} bytes; may be the plaintext's own place, and must not
     *     overlap it otherwise
     */
    public void seal(
            byte[] plain,
            int plainAt,
            int length,
            byte[] header,
            int headerAt,
            byte[] ciphertext,
            int ciphertextAt) {
        ivs.take(iv, 0);
        sealWith(iv, plain, plainAt, length, header, headerAt, ciphertext, ciphertextAt);
    }

    /**
     * The same with an IV of the caller's. Two packets of one session whose counters meet give away
     * both plaintexts, so this is for tests and for repeating what was recorded.
     */
    public void sealWith(
            byte[] iv,
            byte[] plain,
            int plainAt,
            int length,
            byte[] header,
            int headerAt,
            byte[] ciphertext,
            int ciphertextAt) {
        requireOpen();
        requireLength(length);
        if (iv.length != PacketHeader.IV_BYTES) {
            throw new IllegalArgumentException("IV: expected 16 bytes, found " + iv.length);
        }
        Objects.checkFromIndexSize(plainAt, length, plain.length);
        requireRoom(header, headerAt, ciphertext, ciphertextAt, length);
        PacketHeader.putInt(header, headerAt, 0);
        System.arraycopy(iv, 0, header, headerAt + PacketHeader.IV_AT, iv.length);
        crypt(iv, plain, plainAt, length, ciphertext, ciphertextAt);
        mac.write(header, headerAt, ciphertext, ciphertextAt, length);
    }

    /** The same from memory of any kind, through an array. */
    public void seal(
            MemorySegment plain,
            long plainAt,
            int length,
            byte[] header,
            int headerAt,
            byte[] ciphertext,
            int ciphertextAt) {
        requireLength(length);
        byte[] page = scratch();
        MemorySegment.copy(plain, ValueLayout.JAVA_BYTE, plainAt, page, 0, length);
        seal(page, 0, length, header, headerAt, ciphertext, ciphertextAt);
    }

    /**
     * Checks a packet and decrypts it. The plaintext's place is not touched when it throws.
     *
     * @param length of ciphertext and plaintext
     * @param plain takes {@code length} bytes; may be the ciphertext's own place, and must not
     *     overlap it otherwise
     * @throws SevException INVALID_LENGTH if the length is none that a packet has, UNSUPPORTED if
     *     its flags say that it is compressed, BAD_MEASUREMENT if it was not made with these keys
     *     for this context
     */
    public void open(
            byte[] header,
            int headerAt,
            byte[] ciphertext,
            int ciphertextAt,
            int length,
            byte[] plain,
            int plainAt)
            throws SevException {
        requireOpen();
        checkLength(length);
        Objects.checkFromIndexSize(plainAt, length, plain.length);
        requireRoom(header, headerAt, ciphertext, ciphertextAt, length);
        // Here, unlike in LAUNCH_SECRET, the firmware looks at the flag before the code.
        checkNotCompressed(header, headerAt);
        checkMac(header, headerAt, ciphertext, ciphertextAt, length);
        System.arraycopy(header, headerAt + PacketHeader.IV_AT, iv, 0, iv.length);
        crypt(iv, ciphertext, ciphertextAt, length, plain, plainAt);
    }

    /** The same into memory of any kind, through an array. */
    public void open(
            byte[] header,
            int headerAt,
            byte[] ciphertext,
            int ciphertextAt,
            int length,
            MemorySegment plain,
            long plainAt)
            throws SevException {
        checkLength(length);
        byte[] page = scratch();
        open(header, headerAt, ciphertext, ciphertextAt, length, page, 0);
        MemorySegment.copy(page, 0, plain, ValueLayout.JAVA_BYTE, plainAt, length);
    }

    private static void checkLength(int length) throws SevException {
        if (!valid(length)) {
            throw new SevException(
                    FirmwareStatus.INVALID_LENGTH,
                    "packet: expected a multiple of 16 bytes up to 0x5000, found " + length);
        }
    }

    private static void checkNotCompressed(byte[] header, int headerAt) throws SevException {
        if (PacketHeader.compressed(header, headerAt)) {
            throw new SevException(
                    FirmwareStatus.UNSUPPORTED,
                    "packet header: expected no compression, found flags 0x"
                            + Integer.toHexString(PacketHeader.flags(header, headerAt)));
        }
    }

    private void checkMac(
            byte[] header, int headerAt, byte[] ciphertext, int ciphertextAt, int length)
            throws SevException {
        if (!mac.matches(header, headerAt, ciphertext, ciphertextAt, length)) {
            throw new SevException(
                    FirmwareStatus.BAD_MEASUREMENT,
                    "packet: expected the MAC of its "
                            + length
                            + " bytes under this session's key, found another");
        }
    }

    /** CTR is its own inverse. */
    private void crypt(byte[] iv, byte[] in, int inAt, int length, byte[] out, int outAt) {
        try {
            // Encrypting the counters in ECB mode and XORing leaves no garbage at all, but is
            // slower, and four times as slow where the JVM has no vector code for ECB.
            cipher.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(iv));
            cipher.doFinal(in, inAt, length, out, outAt);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-CTR refused its own key and IV", e);
        }
    }

    private static boolean valid(int length) {
        return length > 0 && length <= MAX_BYTES && length % BLOCK_BYTES == 0;
    }

    private static void requireLength(int length) {
        if (!valid(length)) {
            throw new IllegalArgumentException(
                    "packet: expected a multiple of 16 bytes up to 0x5000, found " + length);
        }
    }

    private static void requireRoom(
            byte[] header, int headerAt, byte[] ciphertext, int ciphertextAt, int length) {
        Objects.checkFromIndexSize(headerAt, PacketHeader.BYTES, header.length);
        Objects.checkFromIndexSize(ciphertextAt, length, ciphertext.length);
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("packet cipher is closed");
        }
    }

    private byte[] scratch() {
        requireOpen();
        if (scratch.length == 0) {
            scratch = new byte[MAX_BYTES];
        }
        return scratch;
    }

    /** Zeroes its plaintext. The library's copies of the keys go with it. */
    @Override
    public void close() {
        closed = true;
        Arrays.fill(scratch, (byte) 0);
    }
}
