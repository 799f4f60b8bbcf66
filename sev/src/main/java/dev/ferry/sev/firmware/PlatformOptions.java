package dev.ferry.sev.firmware;

import java.util.Optional;

/**
 * What a new synthetic platform is to be like.
 *
 * @param rootBits size of ARK and ASK: 4096 as AMD's are since Rome, or 2048, which are made in a
 *     tenth of the time; not looked at if there is a {@code root}
 * @param root another synthetic platform, to be of the same maker as it: each then takes the other
 *     for a genuine one
 */
public record PlatformOptions(
        FirmwareVersion version, AsidRange asids, int rootBits, Optional<PlatformFile> root) {

    /** Bits of ARK and ASK as AMD has them. */
    public static final int AMD_ROOT_BITS = 4096;

    /** API 1.55, a root of its own of AMD's size. */
    public static final PlatformOptions DEFAULT =
            new PlatformOptions(
                    FirmwareVersion.DEFAULT, AsidRange.DEFAULT, AMD_ROOT_BITS, Optional.empty());

    /** The same with another version. */
    public PlatformOptions with(FirmwareVersion other) {
        return new PlatformOptions(other, asids, rootBits, root);
    }

    /** The same with a new root of another size. */
    public PlatformOptions withRootBits(int bits) {
        return new PlatformOptions(version, asids, bits, Optional.empty());
    }

    /** The same with another platform's root. */
    public PlatformOptions withRootOf(PlatformFile other) {
        return new PlatformOptions(version, asids, rootBits, Optional.of(other));
    }
}
