package dev.ferry.stream.dump;

import dev.ferry.stream.vmstate.DeviceState;
import dev.ferry.stream.vmstate.VmStateValue.FieldValue;
import dev.ferry.stream.vmstate.VmStateValue.StructValue;
import dev.ferry.stream.vmstate.VmStateValue.SubsectionValue;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What device sections of PC boards tell about where memory is: the sizes that QEMU leaves in CMOS
 * for the firmware, the host bridge's PAM registers, which say whether the guest reads ROM or RAM
 * below 1 MiB, the number of memory slots in use, and where display memory is mapped. QEMU
 * hw/i386/pc.c, pc_cmos_init; hw/pci-host/pam.c; hw/acpi/memory_hotplug.c; hw/display/vga-pci.c.
 */
final class BoardEvidence {

    private static final int I440FX_PAM = 0x59;
    private static final int Q35_PAM = 0x90;
    private static final int Q35_EXTENDED_TSEG = 0x50;

    /** In MiB; hw/pci-host/q35.c, property extended-tseg-mbytes. */
    private static final int DEFAULT_EXTENDED_TSEG = 16;

    private static final int Q35_SMRAM_CONTROL = 0x9d;
    private static final int Q35_ESMRAM_CONTROL = 0x9e;
    private static final int PCI_COMMAND = 4;
    private static final int PCI_COMMAND_MEMORY = 2;
    private static final int PCI_BAR0 = 0x10;
    private static final long MIB = 1 << 20;

    /** How deep device state nests at most before it is not looked into. */
    private static final int MAX_DEPTH = 6;

    private byte @Nullable [] cmos;
    private byte @Nullable [] bridge;
    private int pam;
    private boolean vga;
    private int memoryDevices = -1;
    private final Map<String, Long> frameBuffers = new HashMap<>();

    /** Whether a section of this name tells anything. */
    static boolean wants(String name) {
        return name.equals("mc146818rtc")
                || name.endsWith("/I440FX")
                || name.endsWith("/mch")
                || name.endsWith("/ICH9LPC")
                || name.endsWith("/piix4_pm")
                || display(name);
    }

    private static boolean display(String name) {
        return name.endsWith("vga") || name.endsWith("/qxl") || name.endsWith("vmware_vga");
    }

    /** Takes note of a section, if it tells something. */
    void device(DeviceState state) {
        String name = state.name();
        StructValue root = state.root();
        if (name.equals("mc146818rtc")) {
            cmos = StateFields.bytes(root, "cmos_data");
        } else if (name.endsWith("/I440FX")) {
            bridge(root, I440FX_PAM);
        } else if (name.endsWith("/mch")) {
            bridge(root, Q35_PAM);
        } else if (name.endsWith("/ICH9LPC") || name.endsWith("/piix4_pm")) {
            memoryDevices = Math.max(memoryDevices, slotsInUse(root, 0));
        } else if (display(name)) {
            vga = true;
            frameBuffer(name, root);
        }
    }

    private void bridge(StructValue root, int register) {
        byte[] config = StateFields.pciConfig(root);
        if (config != null && config.length >= 256) {
            bridge = config;
            pam = register;
        }
    }

    private void frameBuffer(String name, StructValue root) {
        byte[] config = StateFields.pciConfig(root);
        if (config == null || (config[PCI_COMMAND] & PCI_COMMAND_MEMORY) == 0) {
            return;
        }
        long base = word(config, PCI_BAR0) | (long) word(config, PCI_BAR0 + 2) << 16;
        boolean memory32 = (base & 7) == 0;
        if (memory32 && (base & ~0xfL) != 0) {
            frameBuffers.put(name.substring(0, name.lastIndexOf('/') + 1), base & ~0xfL);
        }
    }

    /** Slots with something in them, or -1 if there is no memory hotplug state. */
    private static int slotsInUse(StructValue struct, int depth) {
        if (depth > MAX_DEPTH) {
            return -1;
        }
        for (FieldValue field : struct.fields()) {
            if (field.value() instanceof StructValue inner) {
                int found =
                        field.name().endsWith("acpi_memory_hotplug")
                                ? enabled(StateFields.structs(inner, "devs"))
                                : slotsInUse(inner, depth + 1);
                if (found >= 0) {
                    return found;
                }
            }
        }
        for (SubsectionValue subsection : struct.subsections()) {
            int found = slotsInUse(subsection.body(), depth + 1);
            if (found >= 0) {
                return found;
            }
        }
        return -1;
    }

    private static int enabled(List<StructValue> slots) {
        int enabled = 0;
        for (StructValue slot : slots) {
            enabled += StateFields.number(slot, "is_enabled", 0) != 0 ? 1 : 0;
        }
        return enabled;
    }

    /** Bytes of RAM below 4 GiB as CMOS has them, or -1. */
    long below4G() {
        if (cmos == null || cmos.length < 0x5e) {
            return -1;
        }
        long above16M = word(cmos, 0x34);
        if (above16M != 0) {
            return 16 * MIB + (above16M << 16);
        }
        long above1M = word(cmos, 0x30);
        return above1M != 0 ? MIB + (above1M << 10) : (long) word(cmos, 0x15) << 10;
    }

    /** Bytes of RAM above 4 GiB as CMOS has them, or -1. */
    long above4G() {
        return cmos == null || cmos.length < 0x5e
                ? -1
                : (word(cmos, 0x5b) | (long) (cmos[0x5d] & 0xff) << 16) << 16;
    }

    private static int word(byte[] bytes, int index) {
        return (bytes[index] & 0xff) | ((bytes[index + 1] & 0xff) << 8);
    }

    /** Whether there is a host bridge that can switch between ROM and RAM. */
    boolean knowsShadow() {
        return bridge != null;
    }

    /**
     * Whether the guest reads RAM at an address from 0xc0000 to 0xfffff. Each register holds two
     * nibbles of 16 KiB each, bit 0 of which is read enable; the first one holds only that for
     * 0xf0000.
     */
    boolean readsRam(long address) {
        if (bridge == null) {
            return false;
        }
        if (address >= 0xf0000) {
            return (bridge[pam] & 0x10) != 0;
        }
        int slot = (int) ((address - 0xc0000) >> 14);
        int register = bridge[pam + 1 + (slot >> 1)];
        return (register >> (4 * (slot & 1)) & 1) != 0;
    }

    /**
     * Bytes below the top of low memory that only system management mode sees, on Q35; 0 if none.
     * QEMU hw/pci-host/q35.c, mch_update_smram.
     */
    long tseg() {
        if (bridge == null || pam != Q35_PAM) {
            return 0;
        }
        int control = bridge[Q35_ESMRAM_CONTROL];
        boolean smram = (bridge[Q35_SMRAM_CONTROL] & 0x08) != 0;
        if (!smram || (control & 1) == 0) {
            return 0;
        }
        return switch (control >> 1 & 3) {
            case 0 -> MIB;
            case 1 -> 2 * MIB;
            case 2 -> 8 * MIB;
            default -> extendedTseg(word(bridge, Q35_EXTENDED_TSEG));
        };
    }

    /** The register holds the size once the firmware has asked for it. */
    private static long extendedTseg(int register) {
        boolean asked = register != 0 && register != 0xffff;
        return (asked ? register : DEFAULT_EXTENDED_TSEG) * MIB;
    }

    /** Whether a display adapter covers 0xa0000 to 0xbffff. */
    boolean vga() {
        return vga;
    }

    /** Memory devices plugged in, or -1 if the stream does not tell. */
    int memoryDevices() {
        return memoryDevices;
    }

    /** Addresses of frame buffers by the device's path, {@code 0000:00:02.0/}. */
    Map<String, Long> frameBuffers() {
        return frameBuffers;
    }
}
