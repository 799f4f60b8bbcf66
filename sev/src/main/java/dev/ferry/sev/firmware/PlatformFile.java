package dev.ferry.sev.firmware;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.cert.AmdChain;
import dev.ferry.sev.cert.P384PrivateKey;
import dev.ferry.sev.cert.PlatformChain;
import dev.ferry.sev.cert.SevCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * A software platform at rest: version, certificates, private keys; one JSON object.
 *
 * <pre>
 *  format            "ferry-sev-platform"
 *  version           1
 *  api, build        the firmware's: "1.55", 3
 *  asids             total, es
 *  owned_externally  whether PEK_CERT_IMPORT was done since the last PEK_GEN
 *  pdh, pek, oca     certificate (base64), private_key (PEM, PKCS#8); absent after FACTORY_RESET;
 *                    without private_key where only the certificate is known
 *  cek, ask, ark     likewise, never absent
 * </pre>
 *
 * The file lets whoever reads it open every session made for the platform; it is written for its
 * owner alone. Immutable but for {@link #close}; never prints a key.
 */
public final class PlatformFile implements AutoCloseable {

    /** The most a file may have: some ten times what one has. */
    public static final int MAX_BYTES = 0x40000;

    private final PlatformIdentity identity;

    PlatformFile(PlatformIdentity identity) {
        this.identity = identity;
    }

    /**
     * A new synthetic platform with all its keys; a root of 4096 bits of its own takes seconds.
     *
     * @throws SevException UNSUPPORTED if it is to have the root of a platform that has not the
     *     private key of its ASK, INVALID_CONFIG for a root of another size than 2048 or 4096
     */
    public static PlatformFile create(PlatformOptions options, SecureRandom random)
            throws SevException {
        AmdRoot root =
                options.root().isPresent()
                        ? options.root().get().identity.root()
                        : IdentityMaker.root(options.rootBits(), random);
        IdentityMaker maker = new IdentityMaker(options.version(), random);
        CertifiedKey cek = maker.cek(root);
        return new PlatformFile(
                new PlatformIdentity(
                        options.version(), options.asids(), root, cek, maker.owned(cek)));
    }

    /**
     * A platform of which only the Diffie-Hellman key is known: it receives guests and sends them,
     * but makes no keys and no reports.
     *
     * @param pdhKey copied
     * @throws SevException INVALID_CERTIFICATE if it does not belong to the certificate
     */
    public static PlatformFile ofPdh(
            FirmwareVersion version,
            P384PrivateKey pdhKey,
            SevCertificate pdh,
            PlatformChain chain,
            AmdChain amd)
            throws SevException {
        if (!pdhKey.belongsTo(pdh)) {
            throw new SevException(
                    FirmwareStatus.INVALID_CERTIFICATE,
                    "PDH: expected the certificate of the private key, found another's");
        }
        return new PlatformFile(
                new PlatformIdentity(
                        version,
                        AsidRange.DEFAULT,
                        new AmdRoot(amd, null, null),
                        new CertifiedKey(chain.cek(), null),
                        new PlatformIdentity.Owned(
                                new CertifiedKey(chain.oca(), null),
                                new CertifiedKey(chain.pek(), null),
                                new CertifiedKey(pdh, pdhKey.copy()),
                                false)));
    }

    /**
     * Reads a file.
     *
     * @throws SevException SECURE_DATA_INVALID if it is no platform's
     */
    public static PlatformFile read(Path file) throws IOException, SevException {
        byte[] content;
        try (var in = Files.newInputStream(file)) {
            content = in.readNBytes(MAX_BYTES + 1);
        }
        try {
            return parse(content);
        } catch (SevException e) {
            throw new SevException(e.status(), "platform file " + file + ": " + e.getMessage(), e);
        } finally {
            Arrays.fill(content, (byte) 0);
        }
    }

    /**
     * Reads a file's content.
     *
     * @throws SevException SECURE_DATA_INVALID if it is no platform's
     */
    public static PlatformFile parse(byte[] json) throws SevException {
        if (json.length > MAX_BYTES) {
            throw FlatJson.malformed(
                    "expected at most 0x" + Integer.toHexString(MAX_BYTES) + " bytes, found more");
        }
        return new PlatformFile(PlatformJson.read(json));
    }

    /** Writes it for the owner alone to read, all of it or nothing. */
    public void write(Path file) throws IOException {
        byte[] content = PlatformJson.write(identity);
        try {
            PrivateFile.write(file, content);
        } finally {
            Arrays.fill(content, (byte) 0);
        }
    }

    PlatformIdentity identity() {
        return identity;
    }

    /** The firmware's version. */
    public FirmwareVersion version() {
        return identity.version();
    }

    /** The ASIDs the processor has. */
    public AsidRange asids() {
        return identity.asids();
    }

    /** Whether the platform has an owner of its own, by PEK_CERT_IMPORT. */
    public boolean ownedExternally() {
        return identity.ownedExternally();
    }

    /** Whether there are OCA, PEK and PDH: not between FACTORY_RESET and INIT. */
    public boolean hasKeys() {
        return identity.hasOwner();
    }

    /**
     * The PDH's certificate.
     *
     * @throws SevException INVALID_PLATFORM_STATE if there is none since FACTORY_RESET
     */
    public SevCertificate pdh() throws SevException {
        return identity.pdh().certificate();
    }

    /**
     * The PDH's private key, for opening what was sent to this platform; the caller closes it.
     *
     * @throws SevException INVALID_PLATFORM_STATE if there is none since FACTORY_RESET
     */
    public P384PrivateKey pdhKey() throws SevException {
        return identity.pdh().key().copy();
    }

    /**
     * PEK, OCA, CEK, the last signed by the ASK.
     *
     * @throws SevException INVALID_PLATFORM_STATE if there are none since FACTORY_RESET
     */
    public PlatformChain chain() throws SevException {
        return identity.endorsedChain();
    }

    /** ASK and ARK. */
    public AmdChain amdChain() {
        return identity.root().chain();
    }

    /** Erases the private keys. */
    @Override
    public void close() {
        identity.erase();
    }

    /** Tells no key. */
    @Override
    public String toString() {
        return identity.toString();
    }
}
