package dev.ferry.stream.dump;

import dev.ferry.stream.vmstate.DeviceState;
import dev.ferry.stream.vmstate.VmStateValue.StructValue;
import dev.ferry.stream.vmstate.VmStateValue.SubsectionValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Takes the registers of one vCPU out of its {@code cpu}, {@code cpu_common} and {@code apic}. */
final class CpuReader {

    private static final int[] MTRR_FIXED = {
        0x250, 0x258, 0x259, 0x268, 0x269, 0x26a, 0x26b, 0x26c, 0x26d, 0x26e, 0x26f
    };
    private static final int MTRR_VARIABLE = 0x200;
    private static final int MCE_BANKS = 0x400;

    private final long index;
    private @Nullable StructValue cpu;
    private @Nullable StructValue apic;
    private boolean halted;

    CpuReader(long index) {
        this.index = index;
    }

    static boolean wants(String section) {
        return section.equals("cpu") || section.equals("cpu_common") || section.equals("apic");
    }

    void device(DeviceState state) {
        switch (state.name()) {
            case "cpu" -> cpu = state.root();
            case "apic" -> apic = state.root();
            default -> halted = StateFields.number(state.root(), "halted", 0) != 0;
        }
    }

    /** Empty if there was no section {@code cpu}, or that of another architecture. */
    Optional<CpuRegisters> registers() {
        StructValue state = cpu;
        if (state == null || state.field("env.eip") == null) {
            return Optional.empty();
        }
        List<StructValue> segments = StateFields.structs(state, "env.segs");
        List<Segment> all = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            all.add(i < segments.size() ? segment(segments.get(i)) : Segment.NONE);
        }
        List<Long> control = padded(StateFields.numbers(state, "env.cr"), 4);
        long tpr = apic == null ? 0 : StateFields.number(apic, "tpr", 0);
        return Optional.of(
                new CpuRegisters(
                        index,
                        halted,
                        padded(StateFields.numbers(state, "env.regs"), 16),
                        StateFields.number(state, "env.eip", 0),
                        StateFields.number(state, "env.eflags", 0),
                        StateFields.number(state, "env.hflags", 0),
                        all,
                        table(state, "env.ldt"),
                        table(state, "env.tr"),
                        table(state, "env.gdt"),
                        table(state, "env.idt"),
                        control.get(0),
                        control.get(1),
                        control.get(2),
                        control.get(3),
                        tpr >> 4,
                        padded(StateFields.numbers(state, "env.dr"), 8),
                        StateFields.number(state, "env.xcr0", 0),
                        floatingPoint(state),
                        StateFields.number(state, "env.mxcsr", 0),
                        vectors(state),
                        msrs(state, all)));
    }

    private static List<Long> padded(List<Long> numbers, int count) {
        List<Long> padded = new ArrayList<>(numbers);
        while (padded.size() < count) {
            padded.add(0L);
        }
        return padded.subList(0, count);
    }

    private static Segment table(StructValue state, String name) {
        List<StructValue> structs = StateFields.structs(state, name);
        return structs.isEmpty() ? Segment.NONE : segment(structs.getFirst());
    }

    private static Segment segment(StructValue struct) {
        return new Segment(
                StateFields.number(struct, "selector", 0),
                StateFields.number(struct, "base", 0),
                StateFields.number(struct, "limit", 0),
                StateFields.number(struct, "flags", 0));
    }

    /** Each register is a mantissa of 8 bytes and an exponent of 2. */
    private static FloatingPoint floatingPoint(StructValue state) {
        List<Long> mantissas = new ArrayList<>();
        List<Integer> exponents = new ArrayList<>();
        List<Long> parts = StateFields.numbers(state, "env.fpregs");
        for (int i = 0; i < 8; i++) {
            boolean there = parts.size() >= 2 * i + 2;
            mantissas.add(there ? parts.get(2 * i) : 0L);
            exponents.add(there ? (int) (parts.get(2 * i + 1) & 0xffff) : 0);
        }
        return new FloatingPoint(
                (int) StateFields.number(state, "env.fpuc", 0),
                (int) StateFields.number(state, "env.fpus_vmstate", 0),
                (int) StateFields.number(state, "env.fptag_vmstate", 0),
                mantissas,
                exponents);
    }

    private static List<List<Long>> vectors(StructValue state) {
        List<Long> low = padded(StateFields.numbers(state, "env.xmm_regs[0]"), 32);
        List<Long> high = padded(StateFields.numbers(state, "env.xmm_regs[1]"), 32);
        List<List<Long>> vectors = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            vectors.add(
                    List.of(
                            low.get(2 * i),
                            low.get(2 * i + 1),
                            high.get(2 * i),
                            high.get(2 * i + 1)));
        }
        return vectors;
    }

    private Map<Long, Long> msrs(StructValue state, List<Segment> segments) {
        Map<Long, Long> msrs = new TreeMap<>();
        for (Msr msr : Msr.values()) {
            StructValue from = state;
            if (!msr.subsection().isEmpty()) {
                SubsectionValue subsection = state.subsection(msr.subsection());
                if (subsection == null) {
                    continue;
                }
                from = subsection.body();
            }
            List<Long> value = StateFields.numbers(from, msr.field());
            if (!msr.field().isEmpty() && !value.isEmpty()) {
                msrs.put(msr.number(), value.getFirst());
            }
        }
        if (apic != null) {
            msrs.put(Msr.APIC_BASE.number(), StateFields.number(apic, "apicbase", 0));
        }
        msrs.put(Msr.FS_BASE.number(), segments.get(4).base());
        msrs.put(Msr.GS_BASE.number(), segments.get(5).base());
        List<Long> fixed = StateFields.numbers(state, "env.mtrr_fixed");
        for (int i = 0; i < Math.min(fixed.size(), MTRR_FIXED.length); i++) {
            msrs.put((long) MTRR_FIXED[i], fixed.get(i));
        }
        numbered(msrs, MTRR_VARIABLE, StateFields.numbers(state, "env.mtrr_var"), 16);
        long banks = msrs.getOrDefault(Msr.MCG_CAP.number(), 0L) & 0xff;
        numbered(
                msrs,
                MCE_BANKS,
                StateFields.numbers(state, "env.mce_banks"),
                (int) Math.min(10, banks) * 4);
        return msrs;
    }

    private static void numbered(Map<Long, Long> msrs, int first, List<Long> values, int most) {
        for (int i = 0; i < Math.min(values.size(), most); i++) {
            msrs.put((long) first + i, values.get(i));
        }
    }
}
