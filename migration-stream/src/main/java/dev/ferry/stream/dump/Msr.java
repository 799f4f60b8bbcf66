package dev.ferry.stream.dump;

/** Model specific registers that a {@code cpu} section has, with the field that each is in. */
public enum Msr {
    TSC(0x10, "", "env.tsc"),
    SMI_COUNT(0x34, "cpu/msr_smi_count", "env.msr_smi_count"),
    FEATURE_CONTROL(0x3a, "cpu/msr_ia32_feature_control", "env.msr_ia32_feature_control"),
    TSC_ADJUST(0x3b, "cpu/msr_tsc_adjust", "env.tsc_adjust"),
    SPEC_CTRL(0x48, "cpu/spec_ctrl", "env.spec_ctrl"),
    UMWAIT_CONTROL(0xe1, "cpu/umwait", "env.umwait"),
    TSX_CTRL(0x122, "cpu/msr_tsx_ctrl", "env.tsx_ctrl"),
    SYSENTER_CS(0x174, "", "env.sysenter_cs"),
    SYSENTER_ESP(0x175, "", "env.sysenter_esp"),
    SYSENTER_EIP(0x176, "", "env.sysenter_eip"),
    MCG_CAP(0x179, "", "env.mcg_cap"),
    MCG_STATUS(0x17a, "", "env.mcg_status"),
    MCG_CTL(0x17b, "", "env.mcg_ctl"),
    MISC_ENABLE(0x1a0, "cpu/msr_ia32_misc_enable", "env.msr_ia32_misc_enable"),
    XFD(0x1c4, "cpu/msr_xfd", "env.msr_xfd"),
    XFD_ERR(0x1c5, "cpu/msr_xfd", "env.msr_xfd_err"),
    PAT(0x277, "", "env.pat"),
    MTRR_DEF_TYPE(0x2ff, "", "env.mtrr_deftype"),
    MCG_EXT_CTL(0x4d0, "cpu/mcg_ext_ctl", "env.mcg_ext_ctl"),
    TSC_DEADLINE(0x6e0, "cpu/msr_tscdeadline", "env.tsc_deadline"),
    PKRS(0x6e1, "cpu/pkrs", "env.pkrs"),
    BNDCFGS(0xd90, "cpu/mpx", "env.msr_bndcfgs"),
    XSS(0xda0, "cpu/xss", "env.xss"),
    HYPERV_GUEST_OS_ID(0x4000_0000, "cpu/msr_hyperv_hypercall", "env.msr_hv_guest_os_id"),
    HYPERV_HYPERCALL(0x4000_0001, "cpu/msr_hyperv_hypercall", "env.msr_hv_hypercall"),
    HYPERV_REFERENCE_TSC(0x4000_0021, "cpu/msr_hyperv_time", "env.msr_hv_tsc"),
    HYPERV_VAPIC(0x4000_0073, "cpu/msr_hyperv_vapic", "env.msr_hv_vapic"),
    KVM_WALL_CLOCK(0x4b56_4d00, "", "env.wall_clock_msr"),
    KVM_SYSTEM_TIME(0x4b56_4d01, "", "env.system_time_msr"),
    KVM_ASYNC_PF_EN(0x4b56_4d02, "cpu/async_pf_msr", "env.async_pf_en_msr"),
    KVM_STEAL_TIME(0x4b56_4d03, "cpu/steal_time_msr", "env.steal_time_msr"),
    KVM_PV_EOI_EN(0x4b56_4d04, "cpu/async_pv_eoi_msr", "env.pv_eoi_en_msr"),
    KVM_POLL_CONTROL(0x4b56_4d05, "cpu/poll_control_msr", "env.poll_control_msr"),
    KVM_ASYNC_PF_INT(0x4b56_4d06, "cpu/async_pf_int_msr", "env.async_pf_int_msr"),
    EFER(0xc000_0080L, "", "env.efer"),
    STAR(0xc000_0081L, "", "env.star"),
    LSTAR(0xc000_0082L, "", "env.lstar"),
    CSTAR(0xc000_0083L, "", "env.cstar"),
    FMASK(0xc000_0084L, "", "env.fmask"),
    KERNEL_GS_BASE(0xc000_0102L, "", "env.kernelgsbase"),
    TSC_AUX(0xc000_0103L, "", "env.tsc_aux"),
    TSC_RATIO(0xc000_0104L, "cpu/amd_tsc_scale_msr", "env.amd_tsc_scale_msr"),
    HWCR(0xc001_0015L, "cpu/msr_hwcr", "env.msr_hwcr"),
    VM_HSAVE_PA(0xc001_0117L, "", "env.vm_hsave"),
    VIRT_SSBD(0xc001_011fL, "cpu/virt_ssbd", "env.virt_ssbd"),
    /** From the {@code apic} section. */
    APIC_BASE(0x1b, "", ""),
    /** The segment's base. */
    FS_BASE(0xc000_0100L, "", ""),
    /** The segment's base. */
    GS_BASE(0xc000_0101L, "", "");

    private final long number;
    private final String subsection;
    private final String field;

    Msr(long number, String subsection, String field) {
        this.number = number;
        this.subsection = subsection;
        this.field = field;
    }

    /** The register's number, as RDMSR has it in ECX. */
    public long number() {
        return number;
    }

    /** The subsection that the field is in, or empty. */
    String subsection() {
        return subsection;
    }

    /** The field's name, or empty. */
    String field() {
        return field;
    }
}
