package dev.ferry.sev.firmware;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.cert.PlatformChain;
import org.jspecify.annotations.Nullable;

/**
 * A platform's keys and certificates, all that outlives a shutdown. Immutable; a command that
 * replaces keys makes another, which shares the others.
 *
 * <p>OCA, PEK and PDH are absent after FACTORY_RESET, until INIT makes new ones.
 */
final class PlatformIdentity {
    private final FirmwareVersion version;
    private final AsidRange asids;
    private final AmdRoot root;
    private final CertifiedKey cek;
    private final @Nullable Owned owned;

    /** What FACTORY_RESET takes away. */
    record Owned(CertifiedKey oca, CertifiedKey pek, CertifiedKey pdh, boolean externally) {}

    PlatformIdentity(
            FirmwareVersion version,
            AsidRange asids,
            AmdRoot root,
            CertifiedKey cek,
            @Nullable Owned owned) {
        this.version = version;
        this.asids = asids;
        this.root = root;
        this.cek = cek;
        this.owned = owned;
    }

    FirmwareVersion version() {
        return version;
    }

    AsidRange asids() {
        return asids;
    }

    AmdRoot root() {
        return root;
    }

    /** With the certificate that the ASK signed, as AMD's key service gives it. */
    CertifiedKey cek() {
        return cek;
    }

    boolean hasOwner() {
        return owned != null;
    }

    boolean ownedExternally() {
        return owned != null && owned.externally();
    }

    CertifiedKey oca() throws SevException {
        return owned().oca();
    }

    CertifiedKey pek() throws SevException {
        return owned().pek();
    }

    CertifiedKey pdh() throws SevException {
        return owned().pdh();
    }

    /** PEK, OCA and the CEK that the ASK signed. */
    PlatformChain endorsedChain() throws SevException {
        return new PlatformChain(pek().certificate(), oca().certificate(), cek.certificate());
    }

    PlatformIdentity with(@Nullable Owned changed) {
        return new PlatformIdentity(version, asids, root, cek, changed);
    }

    PlatformIdentity withPdh(CertifiedKey pdh) throws SevException {
        Owned now = owned();
        return with(new Owned(now.oca(), now.pek(), pdh, now.externally()));
    }

    private Owned owned() throws SevException {
        if (owned == null) {
            throw new SevException(
                    FirmwareStatus.INVALID_PLATFORM_STATE,
                    "platform keys: expected INIT since the last FACTORY_RESET, found none");
        }
        return owned;
    }

    /** Another holder of the same keys. */
    PlatformIdentity copy() {
        return new PlatformIdentity(
                version,
                asids,
                root,
                cek.copy(),
                owned == null
                        ? null
                        : new Owned(
                                owned.oca().copy(),
                                owned.pek().copy(),
                                owned.pdh().copy(),
                                owned.externally()));
    }

    /** Erases the private keys that another, made from this one, does not have. */
    void eraseAllBut(PlatformIdentity kept) {
        if (owned == null) {
            return;
        }
        Owned after = kept.owned;
        owned.oca().closeUnlessSharedWith(after == null ? null : after.oca());
        owned.pek().closeUnlessSharedWith(after == null ? null : after.pek());
        owned.pdh().closeUnlessSharedWith(after == null ? null : after.pdh());
    }

    /** Erases all private keys. */
    void erase() {
        cek.close();
        if (owned != null) {
            owned.oca().close();
            owned.pek().close();
            owned.pdh().close();
        }
    }

    /** Tells the version alone. */
    @Override
    public String toString() {
        return "platform, API " + version;
    }
}
