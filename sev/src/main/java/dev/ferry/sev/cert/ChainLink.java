package dev.ferry.sev.cert;

/**
 * One signature of a platform's chain, from the root on: each certificate is looked at after those
 * that it rests on.
 */
public enum ChainLink {
    ARK_SELF(CertificateUsage.ARK, CertificateUsage.ARK),
    ASK_BY_ARK(CertificateUsage.ASK, CertificateUsage.ARK),
    CEK_BY_ASK(CertificateUsage.CEK, CertificateUsage.ASK),
    OCA_SELF(CertificateUsage.OCA, CertificateUsage.OCA),
    PEK_BY_CEK(CertificateUsage.PEK, CertificateUsage.CEK),
    PEK_BY_OCA(CertificateUsage.PEK, CertificateUsage.OCA),
    PDH_BY_PEK(CertificateUsage.PDH, CertificateUsage.PEK);

    private final CertificateUsage subject;
    private final CertificateUsage signer;

    ChainLink(CertificateUsage subject, CertificateUsage signer) {
        this.subject = subject;
        this.signer = signer;
    }

    /** Whose certificate it is. */
    public CertificateUsage subject() {
        return subject;
    }

    /** Whose key has signed it. */
    public CertificateUsage signer() {
        return signer;
    }

    /** Such as {@code PEK by CEK}, or {@code ARK by itself}. */
    public String title() {
        return subject + " by " + (subject == signer ? "itself" : signer.toString());
    }
}
