package dev.ferry.sev.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.cert.CertificateValidator;
import dev.ferry.sev.cert.P384PrivateKey;
import dev.ferry.sev.cert.SevCertificate;
import dev.ferry.sev.policy.GuestPolicy;
import dev.ferry.testdata.SevFixture;
import dev.ferry.testdata.SevFixtures;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * The fields that open a session, changed on their way. The firmware does not look at the signature
 * of the sender's PDH, so what no key depends on may change there; that is for the chain to notice.
 */
class SessionFuzzTest {

    private static final int MUTATIONS = 10_000;
    private static final int PDH_MUTATIONS = 3_000;
    private static final int SIGNED_MUTATIONS = 1_000;
    private static final long SEED = 31_337;
    private static final int POLICY_BYTES = 4;

    private final SevFixture capture = SevFixtures.named("sev-pc-512k-domain-sev-policy");
    private final byte[] pdh = capture.session("source_pdh");
    private final byte[] blob = capture.session("session_blob");

    @Test
    void sessionAndPolicyOpenOnlyAsTheyWereMade() throws SevException {
        SevCertificate peer = SevCertificate.parse(pdh);
        try (P384PrivateKey own = P384PrivateKey.of(capture.destination().pdhPrivateKey())) {
            byte[] secret = KeyAgreement.sharedSecret(own, peer);
            for (int i = 0; i < MUTATIONS; i++) {
                SplittableRandom random = new SplittableRandom(SEED + i);
                byte[] changed = Arrays.copyOf(blob, blob.length + POLICY_BYTES);
                int at = random.nextInt(changed.length);
                int bytes = 1 + random.nextInt(random.nextBoolean() ? 1 : changed.length - at);
                for (int j = at; j < at + bytes; j++) {
                    changed[j] ^= (byte) (1 + random.nextInt(255));
                }
                int policy = capture.policy();
                for (int j = 0; j < POLICY_BYTES; j++) {
                    policy ^= (changed[blob.length + j] & 0xff) << (8 * j);
                }
                String what = "seed " + (SEED + i) + ", byte " + at + ", " + bytes + " bytes";
                SessionBlob session = SessionBlob.parse(Arrays.copyOf(changed, blob.length));
                // As open() does, with the key agreement of all these done once.
                try (WrapKeys wrap = WrapKeys.derive(secret, session.nonce());
                        TransportKeys keys = session.unseal(wrap, new GuestPolicy(policy))) {
                    throw new AssertionError(what + ": opened " + keys);
                } catch (SevException e) {
                    assertEquals(FirmwareStatus.BAD_MEASUREMENT, e.status(), what);
                }
            }
        }
    }

    @Test
    void changedPdhOpensNothingOrTheSameKeys() throws SevException {
        AtomicInteger refused = new AtomicInteger();
        try (P384PrivateKey own = P384PrivateKey.of(capture.destination().pdhPrivateKey())) {
            IntStream.range(0, PDH_MUTATIONS)
                    .parallel()
                    .forEach(i -> {
                        byte[] changed = changedPdh(i);
                        String what = "seed " + (SEED + i);
                        boolean keyChanged =
                                !Arrays.equals(pdh, 0, 4, changed, 0, 4)
                                        || !Arrays.equals(
                                                pdh, 8, 0x14 + 144, changed, 8, 0x14 + 144);
                        try (TransportKeys keys =
                                SessionBlob.parse(blob)
                                        .open(
                                                own,
                                                SevCertificate.parse(changed),
                                                new GuestPolicy(capture.policy()))) {
                            assertFalse(keyChanged, what + ": opened " + keys);
                            assertArrayEquals(
                                    capture.session("tek"), keys.encryption().getEncoded(), what);
                            assertArrayEquals(
                                    capture.session("tik"), keys.integrity().getEncoded(), what);
                        } catch (SevException e) {
                            assertEquals(FirmwareStatus.INVALID_CERTIFICATE, e.status(), what);
                            refused.incrementAndGet();
                        }
                    });
        }
        assertTrue(refused.get() > PDH_MUTATIONS / 4, "refused " + refused);
    }

    @Test
    void signatureNoticesWhatTheSessionDoesNot() throws SevException {
        SevCertificate pek = SevCertificate.parse(capture.source().certificate("pek"));
        assertTrue(
                CertificateValidator.validate(SevCertificate.parse(pdh), pek.signerKey())
                        .isValid());
        IntStream.range(0, SIGNED_MUTATIONS)
                .parallel()
                .forEach(i -> {
                    byte[] changed = pdh.clone();
                    SplittableRandom random = new SplittableRandom(SEED + i);
                    int at = random.nextInt(SevCertificate.SIGNED_BYTES);
                    changed[at] ^= (byte) (1 << random.nextInt(8));
                    String what = "seed " + (SEED + i) + ", byte 0x" + Integer.toHexString(at);
                    try {
                        SevCertificate certificate = SevCertificate.parse(changed);
                        assertFalse(
                                CertificateValidator.validate(certificate, pek.signerKey())
                                        .isValid(),
                                what);
                    } catch (SevException e) {
                        throw new AssertionError(what, e);
                    }
                });
    }

    /** One byte of what the key depends on, or of the whole certificate. */
    private byte[] changedPdh(int i) {
        SplittableRandom random = new SplittableRandom(SEED + i);
        byte[] changed = pdh.clone();
        int at = random.nextInt(random.nextBoolean() ? 0x14 + 144 : changed.length);
        changed[at] ^= (byte) (1 + random.nextInt(255));
        return changed;
    }
}
