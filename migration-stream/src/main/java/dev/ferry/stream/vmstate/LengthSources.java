package dev.ferry.stream.vmstate;

import dev.ferry.stream.vmstate.VmStateValue.FieldValue;
import dev.ferry.stream.vmstate.VmStateValue.IntegerValue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which earlier field of the same structure holds an array's number of elements or a buffer's
 * number of bytes. Descriptions do not say it; QEMU's VMSTATE_VARRAY and VMSTATE_VBUFFER macros do,
 * in the device models' sources.
 */
final class LengthSources {

    /** No source is known, or it was not read. */
    static final long UNKNOWN = -1;

    private LengthSources() {}

    /** The length as the earlier fields have it, unsigned, or {@link #UNKNOWN}. */
    static long of(String vmsd, String field, List<FieldValue> earlier) {
        String source = source(vmsd, field);
        if (source != null) {
            for (FieldValue candidate : earlier) {
                if (candidate.name().equals(source)
                        && candidate.value() instanceof IntegerValue integer) {
                    return integer.raw() & 0xffff_ffffL;
                }
            }
        }
        return UNKNOWN;
    }

    private static @Nullable String source(String vmsd, String field) {
        return switch (vmsd + "." + field) {
            case "PCIBUS.irq_count" -> "nirq"; // hw/pci/pci.c
            case "hpet.timer" -> "num_timers_save"; // hw/timer/hpet.c, since 8.2
            case "cpu.cpreg_vmstate_indexes", "cpu.cpreg_vmstate_values" ->
                    "cpreg_vmstate_array_len"; // target/arm/machine.c
            case "spapr_iommu.mig_table" -> "mig_nb_table"; // hw/ppc/spapr_iommu.c
            case "spapr_dtb.fdt_blob" -> "fdt_size"; // hw/ppc/spapr.c
            case "configuration.name" -> "len"; // migration/savevm.c
            default -> null;
        };
    }
}
