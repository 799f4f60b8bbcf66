package dev.ferry.sev.firmware;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.session.LaunchMeasurement;

/**
 * Which edition of the SEV API a platform speaks, and its firmware's build.
 *
 * @param apiMajor 0 to 255
 * @param apiMinor 0 to 255
 * @param build 0 to 255
 */
public record FirmwareVersion(int apiMajor, int apiMinor, int build) {

    /** The edition of the published firmware. */
    public static final FirmwareVersion DEFAULT = new FirmwareVersion(1, 55, 3);

    /**
     * A version whose numbers fit a byte.
     *
     * @throws SevException INVALID_CONFIG otherwise
     */
    public static FirmwareVersion of(int apiMajor, int apiMinor, int build) throws SevException {
        if (((apiMajor | apiMinor | build) & ~0xff) != 0) {
            throw new SevException(
                    FirmwareStatus.INVALID_CONFIG,
                    "firmware version: expected numbers of 0 to 255, found "
                            + apiMajor
                            + "."
                            + apiMinor
                            + " build "
                            + build);
        }
        return new FirmwareVersion(apiMajor, apiMinor, build);
    }

    /** As launch measurements cover it. */
    LaunchMeasurement.Firmware measured() {
        return new LaunchMeasurement.Firmware(apiMajor, apiMinor, build);
    }

    /** Such as {@code 1.55 build 3}. */
    @Override
    public String toString() {
        return apiMajor + "." + apiMinor + " build " + build;
    }
}
