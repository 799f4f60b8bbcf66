package dev.ferry.stream.dump;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The registers of one x86 vCPU, as its {@code cpu} section has them. Layout: QEMU
 * target/i386/machine.c, vmstate_x86_cpu.
 *
 * @param index of the vCPU, from 0
 * @param halted whether it waits (for an interrupt, or to be started)
 * @param general rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8 to r15: always 16
 * @param rip instruction pointer, without the code segment's base
 * @param rflags flags register
 * @param hflags QEMU's own summary of the CPU's mode; bit 14 is long mode active
 * @param segments es, cs, ss, ds, fs, gs: always 6
 * @param ldt local descriptor table register
 * @param tr task register
 * @param gdt global descriptor table; base and limit only
 * @param idt interrupt descriptor table; base and limit only
 * @param cr0 control register
 * @param cr2 control register
 * @param cr3 control register
 * @param cr4 control register
 * @param cr8 task priority, from the APIC
 * @param debug dr0 to dr7: always 8
 * @param xcr0 extended control register
 * @param x87 floating point state
 * @param mxcsr SSE control and status
 * @param vectors 16 registers of 4 words each, the lowest word first; the upper two are those of
 *     the AVX registers
 * @param msrs model specific registers by number, those that the stream has
 */
public record CpuRegisters(
        long index,
        boolean halted,
        List<Long> general,
        long rip,
        long rflags,
        long hflags,
        List<Segment> segments,
        Segment ldt,
        Segment tr,
        Segment gdt,
        Segment idt,
        long cr0,
        long cr2,
        long cr3,
        long cr4,
        long cr8,
        List<Long> debug,
        long xcr0,
        FloatingPoint x87,
        long mxcsr,
        List<List<Long>> vectors,
        Map<Long, Long> msrs) {

    private static final int HF_LMA = 1 << 14;

    public CpuRegisters {
        general = List.copyOf(general);
        segments = List.copyOf(segments);
        debug = List.copyOf(debug);
        vectors = List.copyOf(vectors);
        msrs = Collections.unmodifiableMap(new LinkedHashMap<>(msrs));
    }

    /** Whether long mode is active. */
    public boolean longMode() {
        return (hflags & HF_LMA) != 0;
    }

    /** The value of a model specific register, 0 if the stream does not have it. */
    public long msr(Msr register) {
        return msrs.getOrDefault(register.number(), 0L);
    }

    /** General register by its number in machine code. */
    public long general(int number) {
        return general.get(number);
    }

    public Segment es() {
        return segments.get(0);
    }

    public Segment cs() {
        return segments.get(1);
    }

    public Segment ss() {
        return segments.get(2);
    }

    public Segment ds() {
        return segments.get(3);
    }

    public Segment fs() {
        return segments.get(4);
    }

    public Segment gs() {
        return segments.get(5);
    }
}
