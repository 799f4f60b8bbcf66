package dev.ferry.sev.firmware;

/**
 * What PLATFORM_STATUS tells.
 *
 * @param ownedExternally whether the owner's certificate was imported; false before INIT
 * @param encryptedState whether SEV-ES is on; false before INIT
 */
public record PlatformStatus(
        FirmwareVersion version,
        PlatformState state,
        boolean ownedExternally,
        boolean encryptedState,
        int guests) {}
