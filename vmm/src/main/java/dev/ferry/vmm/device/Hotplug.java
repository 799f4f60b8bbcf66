package dev.ferry.vmm.device;

/** ACPI hotplug registers of memory and PCI slots: nothing can be plugged, the state is kept. */
final class Hotplug {

    private static final int SLOTS = 256;

    private Hotplug() {}

    /** The state behind a subsection of memory hotplug. */
    static void memory(StateFields f, String name) {
        f.struct(
                name,
                "memory hotplug state",
                1,
                s -> {
                    s.kept32("selector", 0);
                    s.keptStructs(
                            "devs",
                            "memory hotplug device state",
                            1,
                            SLOTS,
                            (d, _) -> {
                                d.keptBool("is_enabled", false);
                                d.keptBool("is_inserting", false);
                                d.kept32("ost_event", 0);
                                d.kept32("ost_status", 0);
                            });
                });
    }

    /**
     * The state of PCI slots.
     *
     * @param alike whether they are described as one
     */
    static void slots(StateFields f, boolean alike) {
        f.structs(
                "acpi_pci_hotplug.acpi_pcihp_pci_status",
                "acpi_pcihp_pci_status",
                1,
                SLOTS,
                alike,
                (s, _) -> {
                    s.kept32("up", 0);
                    s.kept32("down", 0);
                });
    }
}
