package dev.ferry.sev.cert;

import java.security.SecureRandom;

/** RSA keys, made once because large ones take seconds. */
final class TestKeys {
    private static final SecureRandom RANDOM = new SecureRandom();

    private TestKeys() {}

    static AmdKey rsa(int bits) {
        return bits == 2048 ? Small.ONE : Large.ONE;
    }

    static AmdKey otherRsa(int bits) {
        return bits == 2048 ? Small.OTHER : Large.OTHER;
    }

    private static final class Small {
        static final AmdKey ONE = AmdKey.generate(2048, RANDOM);
        static final AmdKey OTHER = AmdKey.generate(2048, RANDOM);
    }

    private static final class Large {
        static final AmdKey ONE = AmdKey.generate(4096, RANDOM);
        static final AmdKey OTHER = AmdKey.generate(4096, RANDOM);
    }
}
