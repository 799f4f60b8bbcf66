package dev.ferry.sev.firmware;

import dev.ferry.sev.SevException;
import java.security.SecureRandom;

/** Platforms of one maker, made once for all tests. */
final class Platforms {
    static final SecureRandom RANDOM = new SecureRandom();

    static final PlatformFile A = create(PlatformOptions.DEFAULT.withRootBits(2048));
    static final PlatformFile B = create(PlatformOptions.DEFAULT.withRootOf(A));
    static final PlatformFile C = create(PlatformOptions.DEFAULT.withRootOf(A));

    private Platforms() {}

    static PlatformFile create(PlatformOptions options) {
        try {
            return PlatformFile.create(options, RANDOM);
        } catch (SevException e) {
            throw new AssertionError(e);
        }
    }

    /** Another platform of the same maker, of that API version. */
    static PlatformFile ofVersion(int major, int minor) {
        return create(
                PlatformOptions.DEFAULT.withRootOf(A).with(new FirmwareVersion(major, minor, 3)));
    }
}
