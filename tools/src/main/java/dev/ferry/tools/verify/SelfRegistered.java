package dev.ferry.tools.verify;

import java.util.Set;

/**
 * Sections of handlers that register themselves without being the table of a device type, so that
 * no {@code -dump-vmstate} shows them. Found by comparing what all machines and devices of QEMU 7.2
 * and 10.0 write with what the same versions dump; a few have become device types' own since.
 */
final class SelfRegistered {

    private static final Set<String> NAMES =
            Set.of(
                    "PCIBUS",
                    "acpi_build",
                    "adb_bus",
                    "apic",
                    "arm_timer",
                    "audio",
                    "cpu",
                    "cpu_common",
                    "dbus-vmstate",
                    "eeprom",
                    "globalstate",
                    "i2c_bus",
                    "i82550",
                    "i82551",
                    "i82557a",
                    "i82557b",
                    "i82557c",
                    "i82558a",
                    "i82558b",
                    "i82559a",
                    "i82559b",
                    "i82559c",
                    "i82559er",
                    "i82562",
                    "i82801",
                    "ide",
                    "ipmi-bmc-extern",
                    "ipmi-bmc-sim",
                    "ipmi-interface",
                    "ipmi-interface-isa-bt",
                    "isa-ide",
                    "or1k_timer",
                    "replay",
                    "s390-skeys",
                    "s390_css",
                    "slirp",
                    "spapr",
                    "spapr_cpu",
                    "spapr_drc",
                    "spapr_iommu",
                    "timer",
                    "todclock",
                    "virt_acpi_build",
                    "virtio-mem-device-early");

    private SelfRegistered() {}

    /** Whether a section with this vmsd name may be missing from a dump and yet be known. */
    static boolean contains(String vmsdName) {
        return NAMES.contains(vmsdName);
    }
}
