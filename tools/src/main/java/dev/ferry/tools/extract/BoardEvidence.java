package dev.ferry.tools.extract;

import dev.ferry.stream.item.SectionBody;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.vmstate.VmStateValue.ArrayValue;
import dev.ferry.stream.vmstate.VmStateValue.BytesValue;
import dev.ferry.stream.vmstate.VmStateValue.FieldValue;
import dev.ferry.stream.vmstate.VmStateValue.StructValue;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What device sections tell about where memory is: the sizes that QEMU's PC boards leave in CMOS
 * for the firmware, and the host bridge's PAM registers, which say whether the guest reads ROM or
 * RAM below 1 MiB. QEMU hw/i386/pc.c, pc_cmos_init; hw/pci-host/pam.c.
 */
final class BoardEvidence {

    private static final int I440FX_PAM = 0x59;
    private static final int Q35_PAM = 0x90;
    private static final long MIB = 1 << 20;

    private byte @Nullable [] cmos;
    private byte @Nullable [] bridge;
    private int pam;

    /** Takes note of a section, if it tells something. */
    void item(StreamItem item) throws IOException {
        if (!(item instanceof StreamItem.Section section)
                || !(section.body() instanceof SectionBody.Device device)) {
            return;
        }
        String name = section.name();
        if (name.equals("mc146818rtc")) {
            cmos = bytes(device.state().root(), "cmos_data");
        } else if (name.endsWith("/I440FX")) {
            bridge(device.state().root(), I440FX_PAM);
        } else if (name.endsWith("/mch")) {
            bridge(device.state().root(), Q35_PAM);
        }
    }

    private void bridge(StructValue root, int register) {
        for (FieldValue field : root.fields()) {
            if (field.value() instanceof StructValue device) {
                byte[] config = bytes(device, "config");
                if (config != null && config.length >= register + 7) {
                    bridge = config;
                    pam = register;
                    return;
                }
            }
        }
    }

    /** A buffer by name, also where QEMU numbered it since the name occurs twice. */
    private static byte @Nullable [] bytes(StructValue struct, String name) {
        for (FieldValue field : struct.fields()) {
            if (!field.name().equals(name) && !field.name().startsWith(name + "[")) {
                continue;
            }
            if (field.value() instanceof BytesValue bytes && bytes.bytes().length > 1) {
                return bytes.bytes();
            }
            if (field.value() instanceof ArrayValue array
                    && !array.elements().isEmpty()
                    && array.elements().getFirst() instanceof BytesValue bytes
                    && bytes.bytes().length > 1) {
                return bytes.bytes();
            }
        }
        return null;
    }

    /** Bytes of RAM below 4 GiB as CMOS has them, or -1. */
    long below4G() {
        if (cmos == null || cmos.length < 0x5e) {
            return -1;
        }
        long above16M = word(0x34);
        if (above16M != 0) {
            return 16 * MIB + (above16M << 16);
        }
        long above1M = word(0x30);
        return above1M != 0 ? MIB + (above1M << 10) : word(0x15) << 10;
    }

    /** Bytes of RAM above 4 GiB as CMOS has them, or -1. */
    long above4G() {
        return cmos == null || cmos.length < 0x5e
                ? -1
                : (word(0x5b) | (long) (cmos[0x5d] & 0xff) << 16) << 16;
    }

    private long word(int index) {
        return cmos == null ? 0 : (cmos[index] & 0xff) | ((cmos[index + 1] & 0xff) << 8);
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
}
