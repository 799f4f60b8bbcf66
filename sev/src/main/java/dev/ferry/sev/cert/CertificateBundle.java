package dev.ferry.sev.cert;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What there is of one platform's certificates: at most one of each usage. */
public final class CertificateBundle {
    private final Map<CertificateUsage, Certificate> byUsage =
            new EnumMap<>(CertificateUsage.class);

    private CertificateBundle() {}

    /**
     * Puts certificates together by what they say they are. One that is there twice, byte for byte,
     * counts once.
     *
     * @throws SevException INVALID_CERTIFICATE if two different ones have the same usage, or one
     *     has a usage that its format does not go with
     */
    public static CertificateBundle of(Collection<? extends Certificate> certificates)
            throws SevException {
        CertificateBundle bundle = new CertificateBundle();
        for (Certificate certificate : certificates) {
            bundle.add(certificate.usage().orElse(CertificateUsage.INVALID), certificate);
        }
        return bundle;
    }

    /**
     * A whole chain, each certificate in the place where it was handed over, whatever its own usage
     * says: what that should have been is found by verifying.
     */
    public static CertificateBundle of(SevCertificate pdh, PlatformChain platform, AmdChain amd) {
        CertificateBundle bundle = new CertificateBundle();
        bundle.byUsage.put(CertificateUsage.PDH, pdh);
        bundle.byUsage.put(CertificateUsage.PEK, platform.pek());
        bundle.byUsage.put(CertificateUsage.OCA, platform.oca());
        bundle.byUsage.put(CertificateUsage.CEK, platform.cek());
        bundle.byUsage.put(CertificateUsage.ASK, amd.ask());
        bundle.byUsage.put(CertificateUsage.ARK, amd.ark());
        return bundle;
    }

    /**
     * The same with one more, or another one, in a place; whatever its own usage says.
     *
     * @throws IllegalArgumentException if its format does not go with the place
     */
    public CertificateBundle with(CertificateUsage place, Certificate certificate) {
        if (!fits(place, certificate)) {
            throw new IllegalArgumentException(certificate + " is no certificate of " + place);
        }
        CertificateBundle changed = new CertificateBundle();
        changed.byUsage.putAll(byUsage);
        changed.byUsage.put(place, certificate);
        return changed;
    }

    private static boolean fits(CertificateUsage usage, Certificate certificate) {
        return switch (usage) {
            case ARK, ASK -> certificate instanceof AmdCertificate;
            case OCA, PEK, PDH, CEK -> certificate instanceof SevCertificate;
            case INVALID -> false;
        };
    }

    private void add(CertificateUsage usage, Certificate certificate) throws SevException {
        if (!fits(usage, certificate)) {
            throw new SevException(
                    FirmwareStatus.INVALID_CERTIFICATE,
                    "certificate: expected ARK, ASK, CEK, OCA, PEK or PDH in its own format, found "
                            + certificate);
        }
        Certificate other = byUsage.putIfAbsent(usage, certificate);
        if (other != null && !other.equals(certificate)) {
            throw new SevException(
                    FirmwareStatus.INVALID_CERTIFICATE,
                    "certificates: expected one " + usage + ", found two that differ");
        }
    }

    /** The PDH, PEK, OCA or CEK certificate. */
    public Optional<SevCertificate> sev(CertificateUsage usage) {
        return byUsage.get(usage) instanceof SevCertificate certificate
                ? Optional.of(certificate)
                : Optional.empty();
    }

    /** The ASK or ARK certificate. */
    public Optional<AmdCertificate> amd(CertificateUsage usage) {
        return byUsage.get(usage) instanceof AmdCertificate certificate
                ? Optional.of(certificate)
                : Optional.empty();
    }

    /** What is not there, from the root on. */
    public List<CertificateUsage> missing() {
        List<CertificateUsage> missing = new ArrayList<>();
        for (ChainLink link : ChainLink.values()) {
            if (!byUsage.containsKey(link.subject()) && !missing.contains(link.subject())) {
                missing.add(link.subject());
            }
        }
        return List.copyOf(missing);
    }

    boolean has(CertificateUsage usage) {
        return byUsage.containsKey(usage);
    }

    /** Tells what is there. */
    @Override
    public String toString() {
        return "certificates " + byUsage.keySet();
    }
}
