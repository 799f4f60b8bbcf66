package dev.ferry.vmm.cpu.kvm;

/** Numbers of the kernel's interface: requests, capabilities, exits. x86-64. */
final class Kvm {

    static final int API_VERSION = 12;

    /** A request with its name for messages. */
    enum Request {
        KVM_GET_API_VERSION(0xae00L),
        KVM_CREATE_VM(0xae01L),
        KVM_CHECK_EXTENSION(0xae03L),
        KVM_GET_VCPU_MMAP_SIZE(0xae04L),
        KVM_GET_MSR_INDEX_LIST(0xc004ae02L),
        KVM_GET_SUPPORTED_CPUID(0xc008ae05L),
        KVM_CREATE_VCPU(0xae41L),
        KVM_GET_DIRTY_LOG(0x4010ae42L),
        KVM_SET_USER_MEMORY_REGION(0x4020ae46L),
        KVM_SET_TSS_ADDR(0xae47L),
        KVM_SET_IDENTITY_MAP_ADDR(0x4008ae48L),
        KVM_RUN(0xae80L),
        KVM_GET_REGS(0x8090ae81L),
        KVM_SET_REGS(0x4090ae82L),
        KVM_GET_SREGS(0x8138ae83L),
        KVM_SET_SREGS(0x4138ae84L),
        KVM_INTERRUPT(0x4004ae86L),
        KVM_GET_MSRS(0xc008ae88L),
        KVM_SET_MSRS(0x4008ae89L),
        KVM_GET_FPU(0x81a0ae8cL),
        KVM_SET_FPU(0x41a0ae8dL),
        KVM_SET_CPUID2(0x4008ae90L),
        KVM_SET_MP_STATE(0x4004ae99L),
        KVM_NMI(0xae9aL),
        KVM_GET_VCPU_EVENTS(0x8040ae9fL),
        KVM_SET_VCPU_EVENTS(0x4040aea0L),
        KVM_GET_DEBUGREGS(0x8080aea1L),
        KVM_SET_DEBUGREGS(0x4080aea2L),
        KVM_ENABLE_CAP(0x4068aea3L),
        KVM_GET_XSAVE(0x9000aea4L),
        KVM_SET_XSAVE(0x5000aea5L),
        KVM_GET_XCRS(0x8188aea6L),
        KVM_SET_XCRS(0x4188aea7L),
        KVM_CLEAR_DIRTY_LOG(0xc018aec0L),
        KVM_X86_SET_MSR_FILTER(0x4188aec6L);

        final long number;

        Request(long number) {
            this.number = number;
        }
    }

    static final int CAP_USER_MEMORY = 3;
    static final int CAP_XSAVE = 55;
    static final int CAP_XCRS = 56;
    static final int CAP_READONLY_MEM = 81;
    static final int CAP_IMMEDIATE_EXIT = 136;
    static final int CAP_MANUAL_DIRTY_LOG_PROTECT2 = 168;
    static final int CAP_X86_USER_SPACE_MSR = 188;
    static final int CAP_X86_MSR_FILTER = 189;
    static final int CAP_EXIT_HYPERCALL = 201;

    static final int MEM_LOG_DIRTY_PAGES = 1;
    static final int MEM_READONLY = 2;

    static final int EXIT_UNKNOWN = 0;
    static final int EXIT_EXCEPTION = 1;
    static final int EXIT_IO = 2;
    static final int EXIT_HYPERCALL = 3;
    static final int EXIT_DEBUG = 4;
    static final int EXIT_HLT = 5;
    static final int EXIT_MMIO = 6;
    static final int EXIT_IRQ_WINDOW_OPEN = 7;
    static final int EXIT_SHUTDOWN = 8;
    static final int EXIT_FAIL_ENTRY = 9;
    static final int EXIT_INTR = 10;
    static final int EXIT_SET_TPR = 11;
    static final int EXIT_INTERNAL_ERROR = 17;
    static final int EXIT_X86_RDMSR = 29;
    static final int EXIT_X86_WRMSR = 30;

    /** Reasons for handing over an MSR access: it would fault; nobody knows it; it is filtered. */
    static final int MSR_EXIT_REASONS = 1 | 2 | 4;

    /** The one hypercall that is handed over: KVM_HC_MAP_GPA_RANGE. */
    static final int HC_MAP_GPA_RANGE = 12;

    static final int MSR_APIC_BASE = 0x1b;
    static final int MSR_KVM_MIGRATION_CONTROL = 0x4b564d08;

    private Kvm() {}
}
