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

    /** That of pc-i440fx machines. */
    public static HostBridge i440fx(ShadowMemory shadow) {
        HostBridge bridge =
                new HostBridge(
                        "I440FX",
                        3,
                        0x59,
                        shadow,
                        "00 86 80 37 12 00 00 00 00 02 00 00 06",
                        "2c f4 1a 00 11",
                        "72 02");
        return bridge;
    }

    /** That of pc-q35 machines. */
    public static HostBridge mch(ShadowMemory shadow) {
        return new HostBridge(
                "mch",
                1,
                0x90,
                shadow,
                "00 86 80 c0 29 00 00 00 00 00 00 00 06",
                "2c f4 1a 00 11",
                "52 10",
                "62 00",
                "60 00 00 00 b0",
                "9d 02 38");
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
