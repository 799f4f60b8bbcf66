package dev.ferry.sev.firmware;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.cert.CertificateValidator;
import dev.ferry.sev.cert.PlatformChain;
import dev.ferry.sev.cert.SevCertificate;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * What concerns the platform and its keys.
 *
 * <p>Source: SEV API, chapter Platform Management; AMD firmware sev_mcmd.c.
 */
final class PlatformCommands {

    /** Bytes of an id. */
    static final int ID_BYTES = 64;

    private final Platform platform;
    private final IdentityMaker maker;

    PlatformCommands(Platform platform) {
        this.platform = platform;
        this.maker = new IdentityMaker(platform.version(), platform.random());
    }

    void init(InitParameters parameters) throws SevException {
        Command command = Command.INIT;
        synchronized (platform) {
            platform.check(command);
            parameters.checkFlags();
            PlatformIdentity identity = platform.identity();
            if (!identity.hasOwner()) {
                platform.keep(command, identity.with(maker.owned(identity.cek())));
            }
            parameters.checkMemory();
            platform.initialized(parameters.encryptedState());
        }
    }

    void shutdown() {
        synchronized (platform) {
            platform.shutDown();
        }
    }

    void factoryReset() throws SevException {
        synchronized (platform) {
            platform.check(Command.FACTORY_RESET);
            platform.keep(Command.FACTORY_RESET, platform.identity().with(null));
        }
    }

    PlatformStatus platformStatus() {
        synchronized (platform) {
            PlatformState state = platform.state();
            boolean up = state != PlatformState.UNINIT;
            return new PlatformStatus(
                    platform.version(),
                    state,
                    up && platform.identity().ownedExternally(),
                    up && platform.encryptedState(),
                    platform.guests().count());
        }
    }

    void pekGen() throws SevException {
        synchronized (platform) {
            platform.check(Command.PEK_GEN);
            PlatformIdentity identity = platform.identity();
            platform.keep(Command.PEK_GEN, identity.with(maker.owned(identity.cek())));
        }
    }

    SevCertificate pekCsr(int room) throws SevException {
        Command command = Command.PEK_CSR;
        synchronized (platform) {
            platform.check(command);
            if (room < SevCertificate.BYTES) {
                throw new LengthException(command, "signing request", room, SevCertificate.BYTES);
            }
            return PekSignatures.without(platform.identity().pek().certificate());
        }
    }

    void pekCertImport(byte[] pek, byte[] oca) throws SevException {
        Command command = Command.PEK_CERT_IMPORT;
        synchronized (platform) {
            platform.check(command);
            PlatformIdentity identity = platform.identity();
            if (identity.ownedExternally()) {
                throw new SevException(
                        FirmwareStatus.ALREADY_OWNED,
                        command + ": expected a platform that owns itself, found an owner");
            }
            try {
                SevCertificate newPek = SevCertificate.parse(pek);
                SevCertificate newOca = SevCertificate.parse(oca);
                CertificateValidator.validate(newOca, newOca.signerKey()).require();
                CertificateValidator.validate(newPek, newOca.signerKey()).require();
                CertifiedKey endorsed =
                        identity.pek()
                                .with(PekSignatures.endorsed(identity.pek().certificate(), newPek));
                platform.keep(
                        command,
                        identity.with(
                                new PlatformIdentity.Owned(
                                        new CertifiedKey(newOca, null),
                                        endorsed,
                                        maker.pdh(endorsed),
                                        true)));
            } catch (SevException e) {
                throw command.refused(e);
            }
        }
    }

    PdhExport pdhCertExport(int pdhRoom, int chainRoom) throws SevException {
        Command command = Command.PDH_CERT_EXPORT;
        synchronized (platform) {
            platform.check(command);
            if (pdhRoom < SevCertificate.BYTES || chainRoom < PlatformChain.BYTES) {
                throw new LengthException(
                        command,
                        pdhRoom < SevCertificate.BYTES ? "certificate" : "chain",
                        pdhRoom < SevCertificate.BYTES ? pdhRoom : chainRoom,
                        SevCertificate.BYTES,
                        PlatformChain.BYTES);
            }
            PlatformIdentity identity = platform.identity();
            return new PdhExport(
                    identity.pdh().certificate(),
                    new PlatformChain(
                            identity.pek().certificate(),
                            identity.oca().certificate(),
                            PekSignatures.without(identity.cek().certificate())));
        }
    }

    void pdhGen() throws SevException {
        synchronized (platform) {
            platform.check(Command.PDH_GEN);
            PlatformIdentity identity = platform.identity();
            platform.keep(Command.PDH_GEN, identity.withPdh(maker.pdh(identity.pek())));
        }
    }

    /**
     * Real chips give a public key made of a secret of theirs. Here it is a digest of the chip's
     * endorsement key: as lasting, as different from chip to chip, and of the same length.
     */
    byte[] getId(int room) throws SevException {
        if (room < ID_BYTES) {
            throw new LengthException(Command.GET_ID, "id", room, ID_BYTES);
        }
        byte[] cek;
        synchronized (platform) {
            cek = platform.identity().cek().certificate().signedBytes();
        }
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-512");
            digest.update("chip id".getBytes(StandardCharsets.US_ASCII));
            return digest.digest(cek);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK has no SHA-512", e);
        }
    }

    void close() {
        synchronized (platform) {
            platform.shutDown();
            platform.identity().erase();
        }
    }
}
