package dev.ferry.vmm.machine;

import dev.ferry.stream.vmstate.FieldType;
import dev.ferry.vmm.cpu.CpuState;
import dev.ferry.vmm.device.Device;
import dev.ferry.vmm.device.StateFields;

/**
 * A processor's state as the section {@code cpu} carries it. What no backend of ours has (virtual
 * machines within, newer extensions) is kept as it came.
 *
 * <p>Source: QEMU target/i386/machine.c, vmstate_x86_cpu.
 */
final class CpuSection extends Device {

    private static final FieldType U64 = FieldType.of("uint64");
    private static final FieldType I32 = FieldType.of("int32");

    private static final int GIF_AND_VGIF = 0x101;
    private static final int NMI_IN_SERVICE = 4;
    private static final int A20_CLOSED = 0xffefffff;

    final CpuState cpu = new CpuState();

    /** A vector that was acknowledged and not delivered; -1 for none. */
    int injected = -1;

    long tscKhz;

    /** Whether the section leaves the time stamp counter to {@code timer}, as QEMU's TCG does. */
    boolean tscElsewhere;

    private long pollControl;

    CpuSection(int index) {
        super("cpu", index, 12);
        for (int bank = 0; bank < 10; bank++) {
            cpu.mceBanks[4 * bank] = -1;
        }
    }

    @Override
    protected void state(StateFields f) {
        f.u64s("env.regs", cpu.regs);
        cpu.rip = f.u64("env.eip", cpu.rip);
        cpu.rflags = f.u64("env.eflags", cpu.rflags);
        int hidden = f.u32("env.hflags", f.loading() ? 0 : HiddenFlags.of(cpu));
        cpu.fpuControl = f.u16("env.fpuc", cpu.fpuControl);
        cpu.fpuStatus = f.u16("env.fpus_vmstate", cpu.fpuStatus);
        cpu.fpuTags = f.u16("env.fptag_vmstate", cpu.fpuTags);
        int format = f.u16("env.fpregs_format_vmstate", 0);
        if (format != 0) {
            throw f.invalid("env.fpregs_format_vmstate", format, "0");
        }
        f.structs("env.fpregs", "fpreg", 0, 8, true, this::fpuRegister);
        f.structs("env.segs", "segment", 1, 6, true, (s, i) -> segment(s, cpu.segs[i]));
        f.struct("env.ldt", "segment", 1, s -> segment(s, cpu.ldt));
        f.struct("env.tr", "segment", 1, s -> segment(s, cpu.tr));
        f.struct("env.gdt", "segment", 1, this::gdt);
        f.struct("env.idt", "segment", 1, this::idt);
        cpu.sysenterCs = f.u32("env.sysenter_cs", cpu.sysenterCs);
        cpu.sysenterEsp = f.u64("env.sysenter_esp", cpu.sysenterEsp);
        cpu.sysenterEip = f.u64("env.sysenter_eip", cpu.sysenterEip);
        cpu.cr0 = f.u64("env.cr[0]", cpu.cr0);
        cpu.cr2 = f.u64("env.cr[2]", cpu.cr2);
        cpu.cr3 = f.u64("env.cr[3]", cpu.cr3);
        cpu.cr4 = f.u64("env.cr[4]", cpu.cr4);
        f.u64s("env.dr", cpu.dr);
        cpu.a20 = f.i32("env.a20_mask", cpu.a20 ? -1 : A20_CLOSED) == -1;
        cpu.mxcsr = f.u32("env.mxcsr", cpu.mxcsr);
        f.structs("env.xmm_regs[0]", "xmm_reg", 1, 16, true, (s, i) -> halves(s, cpu.xmm, i, 0));
        modelRegisters(f);
        f.kept64("env.vm_hsave", 0);
        f.kept64("env.vm_vmcb", 0);
        f.kept64("env.tsc_offset", 0);
        f.kept64("env.intercept", 0);
        f.kept16("env.intercept_cr_read", 0);
        f.kept16("env.intercept_cr_write", 0);
        f.kept16("env.intercept_dr_read", 0);
        f.kept16("env.intercept_dr_write", 0);
        f.kept32("env.intercept_exceptions", 0);
        f.kept8("env.v_tpr", 0);
        f.u64s("env.mtrr_fixed", cpu.mtrrFixed);
        cpu.mtrrDefType = f.u64("env.mtrr_deftype", cpu.mtrrDefType);
        f.structs("env.mtrr_var", "mtrr_var", 1, 8, true, this::mtrr);
        injected = f.i32("env.interrupt_injected", injected, -1, 255);
        f.kept32("env.mp_state", 0);
        cpu.tsc = f.u64("env.tsc", tscElsewhere && !f.loading() ? 0 : cpu.tsc);
        tscElsewhere = cpu.tsc == 0;
        f.kept("env.exception_nr", I32, -1);
        f.kept8("env.soft_interrupt", 0);
        f.kept8("env.nmi_injected", 0);
        f.kept8("env.nmi_pending", 0);
        f.kept8("env.has_error_code", 0);
        f.kept32("env.sipi_vector", 0);
        cpu.mcgCap = f.u64("env.mcg_cap", cpu.mcgCap);
        cpu.mcgStatus = f.u64("env.mcg_status", cpu.mcgStatus);
        cpu.mcgCtl = f.u64("env.mcg_ctl", cpu.mcgCtl);
        f.u64s("env.mce_banks", cpu.mceBanks);
        cpu.tscAux = f.u64("env.tsc_aux", cpu.tscAux);
        cpu.systemTimeMsr = f.u64("env.system_time_msr", cpu.systemTimeMsr);
        cpu.wallClockMsr = f.u64("env.wall_clock_msr", cpu.wallClockMsr);
        cpu.xcr0 = f.u64("env.xcr0", cpu.xcr0);
        f.kept64("env.xstate_bv", 0);
        f.structs(
                "env.xmm_regs[1]", "ymmh_reg", 1, 16, true, (s, i) -> halves(s, cpu.ymmHigh, i, 2));
        if (f.loading()) {
            cpu.interruptShadow = (hidden & HiddenFlags.INHIBIT_IRQ) != 0;
        }
        subsections(f);
    }

    private void fpuRegister(StateFields f, int i) {
        f.temporary(
                "tmp",
                "fpreg_tmp",
                0,
                s -> {
                    cpu.fpuMantissa[i] = s.u64("tmp_mant", cpu.fpuMantissa[i]);
                    cpu.fpuExponent[i] = s.u16("tmp_exp", cpu.fpuExponent[i]);
                });
    }

    private static void segment(StateFields f, CpuState.Segment segment) {
        segment.selector = f.u32("selector", segment.selector);
        segment.base = f.u64("base", segment.base);
        segment.limit = f.u32("limit", segment.limit);
        segment.flags = f.u32("flags", segment.flags);
    }

    private void gdt(StateFields f) {
        f.kept32("selector", 0);
        cpu.gdtBase = f.u64("base", cpu.gdtBase);
        cpu.gdtLimit = f.u32("limit", cpu.gdtLimit);
        f.kept32("flags", 0);
    }

    private void idt(StateFields f) {
        f.kept32("selector", 0);
        cpu.idtBase = f.u64("base", cpu.idtBase);
        cpu.idtLimit = f.u32("limit", cpu.idtLimit);
        f.kept32("flags", 0);
    }

    private static void halves(StateFields f, long[] values, int register, int word) {
        int at = 2 * register;
        values[at] = f.u64("_q_ZMMReg[" + word + "]", values[at]);
        values[at + 1] = f.u64("_q_ZMMReg[" + (word + 1) + "]", values[at + 1]);
    }

    private void modelRegisters(StateFields f) {
        cpu.efer = f.u64("env.efer", cpu.efer);
        cpu.star = f.u64("env.star", cpu.star);
        cpu.lstar = f.u64("env.lstar", cpu.lstar);
        cpu.cstar = f.u64("env.cstar", cpu.cstar);
        cpu.fmask = f.u64("env.fmask", cpu.fmask);
        cpu.kernelGsBase = f.u64("env.kernelgsbase", cpu.kernelGsBase);
        cpu.smbase = f.u32("env.smbase", cpu.smbase);
        cpu.pat = f.u64("env.pat", cpu.pat);
        int second = f.u32("env.hflags2", GIF_AND_VGIF | (cpu.nmiInService ? NMI_IN_SERVICE : 0));
        cpu.nmiInService = (second & NMI_IN_SERVICE) != 0;
    }

    private void mtrr(StateFields f, int i) {
        cpu.mtrrBase[i] = f.u64("base", cpu.mtrrBase[i]);
        cpu.mtrrMask[i] = f.u64("mask", cpu.mtrrMask[i]);
    }

    /** Those that we know; others are kept aside as they came. */
    private void subsections(StateFields f) {
        boolean there =
                f.subsection(
                        "cpu/poll_control_msr",
                        1,
                        pollControl != 1,
                        s -> pollControl = s.u64("env.poll_control_msr", pollControl));
        if (f.loading() && !there) {
            pollControl = 1;
        }
        boolean floating =
                f.subsection(
                        "cpu/fpop_ip_dp",
                        1,
                        cpu.fpuOpcode != 0 || cpu.fpuIp != 0 || cpu.fpuDp != 0,
                        s -> {
                            cpu.fpuOpcode = s.u16("env.fpop", cpu.fpuOpcode);
                            cpu.fpuIp = s.u64("env.fpip", cpu.fpuIp);
                            cpu.fpuDp = s.u64("env.fpdp", cpu.fpuDp);
                        });
        if (f.loading() && !floating) {
            cpu.fpuOpcode = 0;
            cpu.fpuIp = 0;
            cpu.fpuDp = 0;
        }
        cpu.tscAdjust = register(f, "cpu/msr_tsc_adjust", "env.tsc_adjust", cpu.tscAdjust, 0);
        cpu.miscEnable =
                register(
                        f,
                        "cpu/msr_ia32_misc_enable",
                        "env.msr_ia32_misc_enable",
                        cpu.miscEnable,
                        1);
        boolean rated =
                f.subsection(
                        "cpu/tsc_khz", 1, tscKhz != 0, s -> tscKhz = s.i64("env.tsc_khz", tscKhz));
        if (f.loading() && !rated) {
            tscKhz = 0;
        }
    }

    /** A subsection with one register, which is there unless the register has its usual value. */
    private static long register(StateFields f, String name, String field, long value, long usual) {
        long[] register = {value};
        boolean there =
                f.subsection(
                        name,
                        1,
                        value != usual,
                        s -> register[0] = s.integer(field, U64, register[0]));
        return f.loading() && !there ? usual : register[0];
    }

    @Override
    public void reset() {
        super.reset();
        injected = -1;
        tscElsewhere = false;
    }
}
