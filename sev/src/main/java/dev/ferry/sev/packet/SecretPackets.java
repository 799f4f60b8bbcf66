package dev.ferry.sev.packet;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.session.TransportKeys;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/**
 * Packets for LAUNCH_SECRET: what a guest's owner has the firmware put into the memory of a guest
 * that was measured. The measure goes into the code, so a packet fits one launch only.
 *
 * <p>Source: SEV API, LAUNCH_SECRET; AMD sev-tool, create_launch_secret_header.
 */
public final class SecretPackets implements AutoCloseable {

    /** Bytes of a launch measure. */
    public static final int MEASURE_BYTES = 32;

    private final PacketCipher packets;
    private final FreshIvs ivs;

    /** A session's, as LAUNCH_START opened it. */
    public SecretPackets(TransportKeys keys) {
        SecureRandom random = new SecureRandom();
        packets = new PacketCipher(keys, PacketContext.SECRET, random);
        ivs = new FreshIvs(random);
    }

    /**
     * A packet.
     *
     * @param header 52 bytes
     * @param ciphertext as long as the secret
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Sealed(byte[] header, byte[] ciphertext) {}

    /**
     * Makes a packet.
     *
     * @param secret a multiple of 16 bytes, at most 0x5000
     * @param measure what LAUNCH_MEASURE answered, its first 32 bytes; null for firmware whose API
     *     is older than 0.17
     */
    public Sealed seal(byte[] secret, byte @Nullable [] measure) {
        byte[] iv = new byte[PacketHeader.IV_BYTES];
        ivs.take(iv, 0);
        return sealWith(iv, secret, measure);
    }

    /** The same with an IV of the caller's: for tests, and to repeat what was recorded. */
    public Sealed sealWith(byte[] iv, byte[] secret, byte @Nullable [] measure) {
        byte[] header = new byte[PacketHeader.BYTES];
        byte[] ciphertext = new byte[secret.length];
        packets.seal(iv, secret, 0, secret.length, header, 0, ciphertext, 0, appended(measure));
        return new Sealed(header, ciphertext);
    }

    /**
     * Checks a packet and decrypts it.
     *
     * @param measure as in {@link #seal}
     * @return the secret; who gets it must zero it
     * @throws SevException INVALID_LENGTH if the header or the ciphertext has a length that none
     *     has, BAD_MEASUREMENT if it was not made with these keys for this launch, then UNSUPPORTED
     *     if its flags say that it is compressed
     */
    public byte[] open(byte[] header, byte[] ciphertext, byte @Nullable [] measure)
            throws SevException {
        if (header.length != PacketHeader.BYTES) {
            throw new SevException(
                    FirmwareStatus.INVALID_LENGTH,
                    "packet header: expected "
                            + PacketHeader.BYTES
                            + " bytes, found "
                            + header.length);
        }
        PacketCipher.checkLength(ciphertext.length);
        packets.checkMac(header, 0, ciphertext, 0, ciphertext.length, appended(measure));
        PacketCipher.checkNotCompressed(header, 0);
        byte[] secret = new byte[ciphertext.length];
        packets.decrypt(header, 0, ciphertext, 0, ciphertext.length, secret, 0);
        return secret;
    }

    private static byte[] appended(byte @Nullable [] measure) {
        if (measure == null) {
            return new byte[0];
        }
        if (measure.length != MEASURE_BYTES) {
            throw new IllegalArgumentException(
                    "launch measure: expected 32 bytes, found " + measure.length);
        }
        return measure;
    }

    @Override
    public void close() {
        packets.close();
    }
}
