package dev.ferry.sev.cert;

import dev.ferry.sev.SevException;
import dev.ferry.testdata.SevFixture;
import dev.ferry.testdata.SevFixtures;
import dev.ferry.testdata.SevPlatformTruth;
import java.io.IOException;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Certificates of the fixtures, by usage. */
final class RealChains {

    /** A platform's certificates and the root that is trusted for it. */
    record Chain(Map<CertificateUsage, byte[]> files, TrustedArks trusted) {
        byte[] file(CertificateUsage usage) {
            byte[] bytes = files.get(usage);
            if (bytes == null) {
                throw new IllegalStateException("no " + usage);
            }
            return bytes.clone();
        }

        /** The same with another certificate in one place. */
        Chain with(CertificateUsage usage, byte[] bytes) {
            Map<CertificateUsage, byte[]> changed = new EnumMap<>(files);
            changed.put(usage, bytes);
            return new Chain(changed, trusted);
        }

        ChainVerification verify() throws SevException {
            return ChainVerification.verify(
                    SevCertificate.parse(file(CertificateUsage.PDH)),
                    new PlatformChain(
                            SevCertificate.parse(file(CertificateUsage.PEK)),
                            SevCertificate.parse(file(CertificateUsage.OCA)),
                            SevCertificate.parse(file(CertificateUsage.CEK))),
                    new AmdChain(
                            AmdCertificate.parse(file(CertificateUsage.ASK)),
                            AmdCertificate.parse(file(CertificateUsage.ARK))),
                    trusted);
        }
    }

    private RealChains() {}

    /** Of a generation with a whole chain. */
    static Chain of(String generation) {
        Map<CertificateUsage, byte[]> files = new EnumMap<>(CertificateUsage.class);
        for (CertificateUsage usage : CertificateUsage.values()) {
            if (usage != CertificateUsage.INVALID) {
                files.put(usage, file(generation, usage));
            }
        }
        return new Chain(files, TrustedArks.amd());
    }

    static byte[] file(String generation, CertificateUsage usage) {
        try {
            return SevFixtures.certificate(
                    generation, usage.name().toLowerCase(Locale.ROOT) + ".cert");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Of a platform of the captures, which has a root of its own. */
    static Chain of(SevPlatformTruth platform) {
        Map<CertificateUsage, byte[]> files = new EnumMap<>(CertificateUsage.class);
        for (CertificateUsage usage : CertificateUsage.values()) {
            if (usage != CertificateUsage.INVALID) {
                files.put(usage, platform.certificate(usage.name().toLowerCase(Locale.ROOT)));
            }
        }
        return new Chain(files, TrustedArks.only(platform.arkSha384()));
    }

    /** Every chain there is, by name. */
    static Map<String, Chain> all() {
        Map<String, Chain> all = new LinkedHashMap<>();
        for (String generation : SevFixtures.WHOLE_CHAINS) {
            all.put(generation, of(generation));
        }
        for (SevFixture capture : SevFixtures.all()) {
            all.put(capture + " source", of(capture.source()));
            all.put(capture + " destination", of(capture.destination()));
        }
        return all;
    }
}
