package dev.ferry.sev.session;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.cert.CertificateValidator;
import dev.ferry.sev.cert.P384PrivateKey;
import dev.ferry.sev.cert.SevCertificate;
import dev.ferry.sev.policy.GuestPolicy;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * How the transport keys of a guest travel from one platform (or from the guest's owner) to
 * another: 128 bytes.
 *
 * <pre>
 *   0  nonce       16
 *  16  wrapped     32   AES-128-CTR(KEK, wrap IV; TEK | TIK)
 *  48  wrap IV     16
 *  64  wrap MAC    32   HMAC-SHA256(KIK; wrapped)
 *  96  policy MAC  32   HMAC-SHA256(TIK; u32 policy, little-endian)
 * </pre>
 *
 * The wrap MAC does not cover the wrap IV; a changed IV gives another TIK and so a wrong policy
 * MAC. Whoever has the sender's public key only knows that the keys came from its owner or from
 * anybody who made up a key of his own: nothing here says whose key it is. Source: AMD-ASPFW
 * sev_channel.c (create_session, establish_channel), SEV API, Session Data Structure.
 */
public final class SessionBlob {

    /** Bytes of the blob. */
    public static final int BYTES = 128;

    /** Bytes of the nonce. */
    public static final int NONCE_BYTES = 16;

    /** Bytes of the wrap IV. */
    public static final int WRAP_IV_BYTES = 16;

    private static final int WRAPPED = 16;
    private static final int WRAP_IV = 48;
    private static final int WRAP_MAC = 64;
    private static final int POLICY_MAC = 96;

    private final byte[] bytes;

    private SessionBlob(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Takes a blob as it is.
     *
     * @throws SevException INVALID_LENGTH unless there are 128 bytes
     */
    public static SessionBlob parse(byte[] bytes) throws SevException {
        if (bytes.length != BYTES) {
            throw new SevException(
                    FirmwareStatus.INVALID_LENGTH,
                    "session: expected " + BYTES + " bytes, found " + bytes.length);
        }
        return new SessionBlob(bytes.clone());
    }

    /**
     * Wraps transport keys for the holder of a PDH.
     *
     * @throws SevException INVALID_CERTIFICATE if the peer's PDH is not one
     */
    public static SessionBlob create(
            P384PrivateKey own,
            SevCertificate peer,
            GuestPolicy policy,
            TransportKeys keys,
            SecureRandom random)
            throws SevException {
        byte[] nonce = new byte[NONCE_BYTES];
        byte[] wrapIv = new byte[WRAP_IV_BYTES];
        random.nextBytes(nonce);
        random.nextBytes(wrapIv);
        return create(own, peer, policy, keys, nonce, wrapIv);
    }

    /**
     * The same with a nonce and a wrap IV that were chosen before, for making a known blob again.
     *
     * @throws SevException INVALID_CERTIFICATE if the peer's PDH is not one
     * @throws IllegalArgumentException if nonce or IV have not 16 bytes
     */
    public static SessionBlob create(
            P384PrivateKey own,
            SevCertificate peer,
            GuestPolicy policy,
            TransportKeys keys,
            byte[] nonce,
            byte[] wrapIv)
            throws SevException {
        if (nonce.length != NONCE_BYTES || wrapIv.length != WRAP_IV_BYTES) {
            throw new IllegalArgumentException("nonce and wrap IV have 16 bytes each");
        }
        byte[] secret = agree(own, peer);
        try (WrapKeys wrap = WrapKeys.derive(secret, nonce)) {
            return seal(wrap, policy, keys, nonce, wrapIv);
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    static SessionBlob seal(
            WrapKeys wrap, GuestPolicy policy, TransportKeys keys, byte[] nonce, byte[] wrapIv) {
        byte[] both = keys.bytes();
        byte[] bytes = new byte[BYTES];
        System.arraycopy(nonce, 0, bytes, 0, NONCE_BYTES);
        System.arraycopy(wrapIv, 0, bytes, WRAP_IV, WRAP_IV_BYTES);
        byte[] wrapped = wrap.crypt(wrapIv, both);
        System.arraycopy(wrapped, 0, bytes, WRAPPED, wrapped.length);
        System.arraycopy(wrap.mac(wrapped), 0, bytes, WRAP_MAC, HmacSha256.BYTES);
        System.arraycopy(policyMac(both, policy), 0, bytes, POLICY_MAC, HmacSha256.BYTES);
        Arrays.fill(both, (byte) 0);
        return new SessionBlob(bytes);
    }

    /**
     * Unwraps the transport keys, as RECEIVE_START and LAUNCH_START do, with their answers in their
     * order: the peer's PDH and its point, the wrap MAC, the policy MAC. The caller checks that the
     * policy itself can be obeyed, and closes the keys.
     *
     * @param own the private key of the PDH that the blob was made for
     * @param peer the PDH of whoever made it; its signature is not looked at
     * @throws SevException INVALID_CERTIFICATE if the peer's PDH is not one, BAD_MEASUREMENT if a
     *     MAC is wrong
     */
    public TransportKeys open(P384PrivateKey own, SevCertificate peer, GuestPolicy policy)
            throws SevException {
        byte[] secret = agree(own, peer);
        try (WrapKeys wrap = WrapKeys.derive(secret, nonce())) {
            return unseal(wrap, policy);
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    TransportKeys unseal(WrapKeys wrap, GuestPolicy policy) throws SevException {
        byte[] wrapped = wrappedKeys();
        if (!HmacSha256.isEqual(wrap.mac(wrapped), wrapMac())) {
            throw new SevException(
                    FirmwareStatus.BAD_MEASUREMENT,
                    "session: the wrap MAC is wrong: not made for this key by this peer, or altered");
        }
        byte[] both = wrap.crypt(wrapIv(), wrapped);
        try {
            if (!HmacSha256.isEqual(policyMac(both, policy), policyMac())) {
                throw new SevException(
                        FirmwareStatus.BAD_MEASUREMENT,
                        "session: the policy MAC is wrong: not made for policy "
                                + policy
                                + ", or altered");
            }
            return keys(both);
        } finally {
            Arrays.fill(both, (byte) 0);
        }
    }

    private static TransportKeys keys(byte[] both) {
        byte[] tek = Arrays.copyOf(both, TransportKeys.KEY_BYTES);
        byte[] tik = Arrays.copyOfRange(both, TransportKeys.KEY_BYTES, both.length);
        try {
            return TransportKeys.of(tek, tik);
        } finally {
            Arrays.fill(tek, (byte) 0);
            Arrays.fill(tik, (byte) 0);
        }
    }

    private static byte[] agree(P384PrivateKey own, SevCertificate peer) throws SevException {
        CertificateValidator.sanityCheck(peer).require();
        return KeyAgreement.sharedSecret(own, peer);
    }

    private static byte[] policyMac(byte[] keys, GuestPolicy policy) {
        byte[] tik = Arrays.copyOfRange(keys, TransportKeys.KEY_BYTES, keys.length);
        try {
            HmacSha256 mac = HmacSha256.keyed(tik);
            return mac.u32(policy.value()).finish();
        } finally {
            Arrays.fill(tik, (byte) 0);
        }
    }

    /** The whole blob; a copy. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** What makes two sessions between the same platforms differ. */
    public byte[] nonce() {
        return Arrays.copyOf(bytes, NONCE_BYTES);
    }

    /** TEK and TIK, encrypted; 32 bytes. */
    public byte[] wrappedKeys() {
        return Arrays.copyOfRange(bytes, WRAPPED, WRAP_IV);
    }

    /** The initial counter block of the encryption. */
    public byte[] wrapIv() {
        return Arrays.copyOfRange(bytes, WRAP_IV, WRAP_MAC);
    }

    /** Over {@link #wrappedKeys}; 32 bytes. */
    public byte[] wrapMac() {
        return Arrays.copyOfRange(bytes, WRAP_MAC, POLICY_MAC);
    }

    /** Over the guest's policy; 32 bytes. */
    public byte[] policyMac() {
        return Arrays.copyOfRange(bytes, POLICY_MAC, BYTES);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SessionBlob that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** Tells the nonce, which is public. */
    @Override
    public String toString() {
        return "session " + HexFormat.of().formatHex(bytes, 0, NONCE_BYTES);
    }
}
