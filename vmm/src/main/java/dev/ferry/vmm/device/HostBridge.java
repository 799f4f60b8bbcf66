package dev.ferry.vmm.device;

/** The PCI side of the host bridges 82441FX (i440FX) and MCH (Q35): who sees RAM below 1 MiB. */
public final class HostBridge extends PciFunction {

    private final int pam;
    private final ShadowMemory shadow;

    private HostBridge(String vmsd, int version, int pam, ShadowMemory shadow, String... initial) {
        super(0, 0, vmsd, version, initial);
        this.pam = pam;
        this.shadow = shadow;
    }

    /**
     * That of pc-i440fx machines.
     *
     * @param ramBytes of main memory
     */
    public static HostBridge i440fx(ShadowMemory shadow, long ramBytes) {
        return new HostBridge(
                "I440FX",
                3,
                0x59,
                shadow,
                "00 86 80 37 12 00 00 00 00 02 00 00 06",
                "2c f4 1a 00 11",
                // Where coreboot looks for the size of memory, in units of 8 MiB.
                "57 %02x".formatted(Math.min(255, ramBytes >> 23)),
                "72 02");
    }

    /**
     * That of pc-q35 machines.
     *
     * @param smram whether the registers of system management memory have their values although
     *     there is none, as before QEMU 10.0
     * @param tseg whether there is the register with the extended size of TSEG
     */
    public static HostBridge mch(ShadowMemory shadow, boolean smram, boolean tseg) {
        return new HostBridge(
                "mch",
                1,
                0x90,
                shadow,
                "00 86 80 c0 29 00 00 00 00 00 00 00 06",
                "2c f4 1a 00 11",
                tseg ? "50 10" : "50 00",
                "60 00 00 00 b0",
                smram ? "9d 02 38" : "9d 00 00");
    }

    @Override
    protected void state(StateFields f) {
        pciState(f, "parent_obj");
        f.unused("unused", 1);
    }

    @Override
    void configured() {
        for (int piece = 0; piece < 13; piece++) {
            int register = config[pam + (piece + 1) / 2];
            int bits = piece == 0 || (piece & 1) == 0 ? register >> 4 : register;
            shadow.shadow(piece, (bits & 1) != 0, (bits & 2) != 0);
        }
    }
}
