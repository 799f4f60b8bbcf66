package dev.ferry.sev;

import java.util.Optional;

/**
 * What the SEV firmware answers. Source: Linux include/uapi/linux/psp-sev.h (sev_ret_code), AMD
 * sev-tool sevapi.h (SEV_ERROR_CODE).
 */
public enum FirmwareStatus {
    SUCCESS(0x00, "success"),
    INVALID_PLATFORM_STATE(0x01, "invalid platform state"),
    INVALID_GUEST_STATE(0x02, "invalid guest state"),
    INVALID_CONFIG(0x03, "invalid configuration"),
    INVALID_LENGTH(0x04, "invalid length"),
    ALREADY_OWNED(0x05, "platform is already owned"),
    INVALID_CERTIFICATE(0x06, "invalid certificate"),
    POLICY_FAILURE(0x07, "the guest's policy forbids it"),
    INACTIVE(0x08, "guest is inactive"),
    INVALID_ADDRESS(0x09, "invalid address"),
    BAD_SIGNATURE(0x0a, "bad signature"),
    BAD_MEASUREMENT(0x0b, "bad measurement"),
    ASID_OWNED(0x0c, "ASID is already owned"),
    INVALID_ASID(0x0d, "invalid ASID"),
    WBINVD_REQUIRED(0x0e, "WBINVD is required"),
    DF_FLUSH_REQUIRED(0x0f, "DF_FLUSH is required"),
    INVALID_GUEST(0x10, "no such guest"),
    INVALID_COMMAND(0x11, "invalid command"),
    ACTIVE(0x12, "guest is active"),
    HWERROR_PLATFORM(0x13, "hardware error of the platform"),
    HWERROR_UNSAFE(0x14, "hardware error, platform is unsafe"),
    UNSUPPORTED(0x15, "unsupported"),
    INVALID_PARAM(0x16, "invalid parameter"),
    RESOURCE_LIMIT(0x17, "out of resources"),
    SECURE_DATA_INVALID(0x18, "secure data is invalid"),
    INVALID_PAGE_SIZE(0x19, "invalid page size"),
    INVALID_PAGE_STATE(0x1a, "invalid page state"),
    INVALID_MDATA_ENTRY(0x1b, "invalid metadata entry"),
    INVALID_PAGE_OWNER(0x1c, "invalid page owner"),
    AEAD_OFLOW(0x1d, "AEAD counter would overflow"),
    RB_MODE_EXITED(0x1f, "ring buffer mode was left"),
    RMP_INIT_REQUIRED(0x20, "RMP must be initialised");

    private static final FirmwareStatus[] ALL = values();

    private final int code;
    private final String meaning;

    FirmwareStatus(int code, String meaning) {
        this.code = code;
        this.meaning = meaning;
    }

    /** The number as the firmware gives it. */
    public int code() {
        return code;
    }

    /** What it means, in words. */
    public String meaning() {
        return meaning;
    }

    /** The status of that number; empty for a number no firmware has a name for. */
    public static Optional<FirmwareStatus> of(int code) {
        for (FirmwareStatus status : ALL) {
            if (status.code == code) {
                return Optional.of(status);
            }
        }
        return Optional.empty();
    }

    /** Such as {@code BAD_MEASUREMENT (0xb)}. */
    @Override
    public String toString() {
        return name() + " (0x" + Integer.toHexString(code) + ")";
    }
}
