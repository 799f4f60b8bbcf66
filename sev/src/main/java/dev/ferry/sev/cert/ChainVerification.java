package dev.ferry.sev.cert;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What came of checking a platform's certificates, from the root that AMD keeps down to the PDH.
 * Every link that both certificates are there for is checked, also behind one that fails.
 *
 * <p>{@link ChainLink#PEK_BY_OCA} and {@link ChainLink#OCA_SELF} say who owns the platform; the
 * other links say that it is AMD's.
 *
 * @param links in the order of {@link ChainLink}
 * @param missing certificates that were not there, so that links are left out
 * @param root which of AMD's roots the ARK is; empty if it is none of them or not there
 */
public record ChainVerification(
        List<Link> links, List<CertificateUsage> missing, Optional<KnownArk> root) {

    private static final List<CertificateUsage> UPWARDS =
            List.of(
                    CertificateUsage.PDH,
                    CertificateUsage.PEK,
                    CertificateUsage.CEK,
                    CertificateUsage.ASK,
                    CertificateUsage.ARK);

    /** One link and what the firmware makes of it. */
    public record Link(ChainLink link, Verdict verdict) {

        /** Such as {@code PEK by CEK: valid}. */
        @Override
        public String toString() {
            return link.title() + ": " + verdict;
        }
    }

    public ChainVerification {
        links = List.copyOf(links);
        missing = List.copyOf(missing);
    }

    /** Checks a whole chain. */
    public static ChainVerification verify(
            SevCertificate pdh, PlatformChain platform, AmdChain amd, TrustedArks trusted) {
        return verify(CertificateBundle.of(pdh, platform, amd), trusted);
    }

    /** Checks what there is. */
    public static ChainVerification verify(CertificateBundle bundle, TrustedArks trusted) {
        List<ChainLink> present = new ArrayList<>();
        for (ChainLink link : ChainLink.values()) {
            if (bundle.has(link.subject()) && bundle.has(link.signer())) {
                present.add(link);
            }
        }
        // links do not depend on each other, and each takes about a millisecond
        List<Link> links =
                present.parallelStream()
                        .map(link -> new Link(link, check(link, bundle, trusted)))
                        .toList();
        return new ChainVerification(
                links, bundle.missing(), bundle.amd(CertificateUsage.ARK).flatMap(KnownArk::of));
    }

    private static Verdict check(ChainLink link, CertificateBundle bundle, TrustedArks trusted) {
        return switch (link) {
            case ARK_SELF -> AmdCertificateValidator.ark(amd(bundle, link.subject()), trusted);
            case ASK_BY_ARK ->
                    AmdCertificateValidator.ask(
                            amd(bundle, link.subject()), amd(bundle, link.signer()));
            case CEK_BY_ASK -> checkSev(link, bundle, amd(bundle, link.signer()).signerKey());
            case OCA_SELF, PEK_BY_CEK, PEK_BY_OCA, PDH_BY_PEK ->
                    checkSev(link, bundle, sev(bundle, link.signer()).signerKey());
        };
    }

    /** In a chain a certificate must also be of the usage of its place. */
    private static Verdict checkSev(ChainLink link, CertificateBundle bundle, SignerKey signer) {
        SevCertificate subject = sev(bundle, link.subject());
        Verdict verdict = CertificateValidator.validate(subject, signer);
        if (verdict.isValid() && subject.usageCode() != link.subject().code()) {
            return Verdict.invalidCertificate(
                    "usage: expected "
                            + link.subject()
                            + ", found "
                            + CertificateUsage.name(subject.usageCode()));
        }
        return verdict;
    }

    private static SevCertificate sev(CertificateBundle bundle, CertificateUsage usage) {
        return bundle.sev(usage).orElseThrow();
    }

    private static AmdCertificate amd(CertificateBundle bundle, CertificateUsage usage) {
        return bundle.amd(usage).orElseThrow();
    }

    /** Whether nothing is missing and every link is valid. */
    public boolean isValid() {
        return missing.isEmpty() && failure().isEmpty();
    }

    /**
     * The failing link that is nearest to the root: its certificate is the wrong one, and links
     * behind it may fail for that reason alone.
     */
    public Optional<Link> failure() {
        for (Link link : links) {
            if (!link.verdict().isValid()) {
                return Optional.of(link);
            }
        }
        return Optional.empty();
    }

    /**
     * What is missing between the certificates that are there and the root, from the root on: as
     * long as that is not empty, nobody of AMD's vouches for what is behind it. An OCA needs none,
     * since owners certify themselves.
     */
    public List<CertificateUsage> missingBelowRoot() {
        List<CertificateUsage> needed = new ArrayList<>();
        boolean seen = false;
        for (CertificateUsage usage : UPWARDS) {
            if (!missing.contains(usage)) {
                seen = true;
            } else if (seen) {
                needed.addFirst(usage);
            }
        }
        return List.copyOf(needed);
    }

    /** What came of one link; empty if a certificate for it is missing. */
    public Optional<Verdict> verdict(ChainLink wanted) {
        for (Link link : links) {
            if (link.link() == wanted) {
                return Optional.of(link.verdict());
            }
        }
        return Optional.empty();
    }

    /** All of it in one sentence without a full stop. */
    public String summary() {
        Optional<Link> failure = failure();
        if (failure.isPresent()) {
            return "certificate chain fails at " + failure.get();
        }
        if (!missing.isEmpty()) {
            return "certificate chain is incomplete: no "
                    + String.join(", ", missing.stream().map(Enum::name).toList());
        }
        return "certificate chain is valid"
                + root.map(ark -> ", root of " + ark.generation()).orElse("");
    }
}
