package dev.ferry.sev.firmware;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.cert.AmdCertificateValidator;
import dev.ferry.sev.cert.AmdChain;
import dev.ferry.sev.cert.CertificateValidator;
import dev.ferry.sev.cert.PlatformChain;
import dev.ferry.sev.cert.SevCertificate;
import dev.ferry.sev.cert.Verdict;
import dev.ferry.sev.policy.GuestPolicy;

/**
 * What SEND_START demands of the receiving platform, by the guest's policy.
 *
 * <p>With SEV: a chain from PDH over PEK, CEK, ASK to the ARK this platform knows, and the API
 * version the policy names, as the PEK states it. The owner's signature on the PEK is not looked
 * at. With DOMAIN: PDH by PEK by OCA, and the OCA's certificate byte for byte this platform's. With
 * neither: nothing. Source: AMD firmware sev_mcmd.c, validate_platform, validate_domain.
 */
final class ReceiverCheck {

    private ReceiverCheck() {}

    static void require(PlatformIdentity sender, GuestPolicy policy, SendStart start)
            throws SevException {
        if (policy.has(GuestPolicy.Flag.SEV)) {
            genuine(sender, policy, start);
        }
        if (policy.has(GuestPolicy.Flag.DOMAIN)) {
            sameOwner(sender, start);
        }
    }

    private static void genuine(PlatformIdentity sender, GuestPolicy policy, SendStart start)
            throws SevException {
        PlatformChain chain = PlatformChain.parse(start.platformChain());
        SevCertificate pdh = SevCertificate.parse(start.pdh());
        AmdChain amd = AmdChain.parse(start.amdChain());
        require("ARK", AmdCertificateValidator.ark(amd.ark(), sender.root().trusted()));
        require("ASK by ARK", AmdCertificateValidator.ask(amd.ask(), amd.ark()));
        require("CEK by ASK", CertificateValidator.validate(chain.cek(), amd.ask().signerKey()));
        require("PEK by CEK", CertificateValidator.validate(chain.pek(), chain.cek().signerKey()));
        require("PDH by PEK", CertificateValidator.validate(pdh, chain.pek().signerKey()));
        int major = chain.pek().apiMajor();
        int minor = chain.pek().apiMinor();
        if (!policy.allows(major, minor)) {
            throw new SevException(
                    FirmwareStatus.POLICY_FAILURE,
                    "policy "
                            + policy
                            + ": expected a receiver of API "
                            + policy.apiMajor()
                            + "."
                            + policy.apiMinor()
                            + " or later, found "
                            + major
                            + "."
                            + minor);
        }
    }

    private static void sameOwner(PlatformIdentity sender, SendStart start) throws SevException {
        PlatformChain chain = PlatformChain.parse(start.platformChain());
        SevCertificate pdh = SevCertificate.parse(start.pdh());
        require("OCA by OCA", CertificateValidator.validate(chain.oca(), chain.oca().signerKey()));
        require("PEK by OCA", CertificateValidator.validate(chain.pek(), chain.oca().signerKey()));
        require("PDH by PEK", CertificateValidator.validate(pdh, chain.pek().signerKey()));
        if (!chain.oca().equals(sender.oca().certificate())) {
            throw new SevException(
                    FirmwareStatus.POLICY_FAILURE,
                    "OCA: expected this platform's own (DOMAIN), found another");
        }
    }

    private static void require(String link, Verdict verdict) throws SevException {
        if (!verdict.isValid()) {
            throw new SevException(verdict.status(), link + ": " + verdict.reason());
        }
    }
}
