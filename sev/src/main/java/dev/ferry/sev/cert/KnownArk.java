package dev.ferry.sev.cert;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * AMD's root keys, one for each generation of EPYC, known by the SHA-384 of the certificate without
 * its signature. Computed from the certificates that AMD publishes.
 */
public enum KnownArk {
    NAPLES(
            "Naples",
            "bf66a6df42f452d936a91a48943512517147b7d487e9c5b9"
                    + "ad8e53768c93d507e24a5724871ba783b4b5d714d192537f"),
    ROME(
            "Rome",
            "3d2c1157c29ef7bd4207fc0c8b08db080e579ceba267f8c9"
                    + "3bec8dce73f5a5e2e60d959ac37ea82176c1a0c61ae203ed"),
    MILAN(
            "Milan",
            "569da618dfe64015c343db6d975e77b72fdeacd16edd02d9"
                    + "d09b889b8f0f1d91ffa5dfbd86f7ac574a1a7883b7a1e737"),
    GENOA(
            "Genoa",
            "b66e16ff0ebeed57f0c4dffa154872c4156f2e5b1c2f4e66"
                    + "e58fc37f1d2a60d31a342ecb6430a9b2510a970c75c37926"),
    TURIN(
            "Turin",
            "712a28007da1097e8c4fd3a2e8655012b27e04042323a0a3"
                    + "0e111fc0cf698961040c6fc3ff2053abe70432cfef411a0e");

    private static final KnownArk[] ALL = values();

    private final String generation;
    private final String sha384;

    KnownArk(String generation, String sha384) {
        this.generation = generation;
        this.sha384 = sha384;
    }

    /** Such as {@code Naples}. */
    public String generation() {
        return generation;
    }

    /** By which it is known; a copy. */
    public byte[] sha384() {
        return HexFormat.of().parseHex(sha384);
    }

    /** Which of them a certificate is; empty if it is none. */
    public static Optional<KnownArk> of(AmdCertificate ark) {
        byte[] found = ark.sha384();
        for (KnownArk known : ALL) {
            if (Arrays.equals(known.sha384(), found)) {
                return Optional.of(known);
            }
        }
        return Optional.empty();
    }
}
