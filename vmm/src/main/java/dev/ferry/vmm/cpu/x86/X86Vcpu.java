package dev.ferry.vmm.cpu.x86;

import dev.ferry.vmm.cpu.CpuRequest;
import dev.ferry.vmm.cpu.CpuState;
import dev.ferry.vmm.cpu.Vcpu;
import dev.ferry.vmm.cpu.VcpuExit;
import dev.ferry.vmm.cpu.VcpuHost;
import dev.ferry.vmm.cpu.x86.fp.SseMath;
import dev.ferry.vmm.memory.PhysicalMemory;
import dev.ferry.vmm.memory.TlbOwner;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * An x86 processor: the registers, and the parts that work on them.
 *
 * <p>What other threads ask for goes through {@link #attention}, which is looked at between blocks
 * and in every loop: a request, a kick, addresses to drop. Everything else belongs to the thread in
 * {@link #run}.
 */
public final class X86Vcpu extends GuestMemory implements Vcpu, TlbOwner {

    static final long CR0_PE = 1;
    static final long CR0_MP = 2;
    static final long CR0_EM = 4;
    static final long CR0_TS = 8;
    static final long CR0_ET = 0x10;
    static final long CR0_NE = 0x20;
    static final long CR0_WP = 1L << 16;
    static final long CR0_AM = 1L << 18;
    static final long CR0_NW = 1L << 29;
    static final long CR0_CD = 1L << 30;
    static final long CR0_PG = 1L << 31;

    static final long CR4_VME = 1;
    static final long CR4_PVI = 2;
    static final long CR4_TSD = 4;
    static final long CR4_DE = 8;
    static final long CR4_PSE = 0x10;
    static final long CR4_PAE = 0x20;
    static final long CR4_MCE = 0x40;
    static final long CR4_PGE = 0x80;
    static final long CR4_PCE = 0x100;
    static final long CR4_OSFXSR = 0x200;
    static final long CR4_OSXMMEXCPT = 0x400;
    static final long CR4_UMIP = 0x800;
    static final long CR4_FSGSBASE = 1L << 16;
    static final long CR4_SMEP = 1L << 20;
    static final long CR4_SMAP = 1L << 21;

    static final long EFER_SCE = 1;
    static final long EFER_LME = 1 << 8;
    static final long EFER_LMA = 1 << 10;
    static final long EFER_NXE = 1 << 11;

    static final int ES = 0;
    static final int CS = 1;
    static final int SS = 2;
    static final int DS = 3;
    static final int FS = 4;
    static final int GS = 5;

    /** Where {@link #regs} is always 0: no base, no index. */
    static final int NO_REGISTER = 16;

    /** Bits of {@link #mode}: what decoded instructions depend on. */
    static final int CODE32 = 1;

    static final int CODE64 = 2;
    static final int STACK32 = 4;

    /** ES, SS and DS reach all of the address space: nothing to check. */
    static final int FLAT = 8;

    static final int USER = 16;

    /** Neither real nor virtual-8086 mode. */
    static final int PROTECTED = 32;

    static final int LONG = 64;

    /** RAX to R15, then a zero. */
    final long[] regs = new long[17];

    /** While a block is executed: where it began. */
    long rip;

    /** RFLAGS without what {@link FlagState} keeps, and without bit 1. */
    int flags;

    final CpuState.Segment[] segs = new CpuState.Segment[6];

    /** Bases as addresses are formed with them; those that 64-bit mode ignores are 0 then. */
    final long[] base = new long[6];

    /** Last offset that may be read, -1 if none may, {@link Segmentation#EXPAND_DOWN}. */
    final long[] readLimit = new long[6];

    /** Likewise for stores. */
    final long[] writeLimit = new long[6];

    final CpuState.Segment ldt = new CpuState.Segment();
    final CpuState.Segment tr = new CpuState.Segment();
    long gdtBase;
    int gdtLimit;
    long idtBase;
    int idtLimit;
    int cpl;
    int mode;

    /** What stack addresses are masked with. */
    long stackMask = 0xffff;

    /** What RIP is masked with. */
    long ripMask = 0xffffffffL;

    /** Last offset in CS. */
    long codeLimit = 0xffff;

    long cr0;
    long cr2;
    long cr3;
    long cr4;
    final long[] dr = new long[8];
    long efer;
    final ModelRegisters msrs = new ModelRegisters();
    long a20Mask = -1;

    boolean halted;
    boolean shadow;
    boolean nmiInService;
    boolean waitForSipi;

    /** Instructions of the running block may have changed: leave it after this instruction. */
    boolean stop;

    // The x87 and SSE state, as in CpuState.
    int fpuControl = 0x37f;
    int fpuStatus;
    int fpuTags;
    final long[] fpuMantissa = new long[8];
    final int[] fpuExponent = new int[8];
    int fpuOpcode;
    long fpuIp;
    long fpuDp;

    /** Low halves of XMM0 to XMM15 at even places, high halves after them. */
    final long[] xmm = new long[32];

    final long[] ymmHigh = new long[32];
    int mxcsr = 0x1f80;

    /** What CPUID answered last. */
    final int[] cpuidResult = new int[4];

    long xcr0 = 1;
    final SseMath sse = new SseMath();
    final X87 x87 = new X87(this);

    final VcpuHost host;
    final CpuModel model;
    final PageWalker walker;
    final Segmentation segmentation;
    final Interrupts interrupts;
    final BlockCache blocks;
    private final Executor executor;
    private final @Nullable EncryptionMode encryption;
    private final int index;
    private final CpuFault fault = new CpuFault();
    private final ConcurrentMap<String, Boolean> noted = new ConcurrentHashMap<>();

    private static final int ATTEND = 1;
    private static final int KICK = 2;
    private static final VarHandle ATTENTION;
    private static final VarHandle REQUESTS;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            ATTENTION = lookup.findVarHandle(X86Vcpu.class, "attention", int.class);
            REQUESTS = lookup.findVarHandle(X86Vcpu.class, "requests", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Not 0: look around before the next block. */
    volatile int attention;

    /** Bits of {@link CpuRequest}. */
    volatile int requests;

    private volatile @Nullable Thread runner;

    X86Vcpu(int index, PhysicalMemory memory, VcpuHost host, Interpreter interpreter) {
        super(memory, interpreter.busLock);
        this.index = index;
        this.host = host;
        this.model = interpreter.model();
        this.encryption = interpreter.encryption();
        for (int i = 0; i < segs.length; i++) {
            segs[i] = new CpuState.Segment();
        }
        walker =
                new PageWalker(
                        this,
                        memory,
                        encryption == null ? 0 : encryption.mask(),
                        model.physicalBits());
        segmentation = new Segmentation(this);
        interrupts = new Interrupts(this);
        blocks = new BlockCache(this);
        executor = new Executor(this, interpreter.hotThreshold());
        reset();
        memory.add(this);
    }

    // ---- the contract ---------------------------------------------------------------------

    @Override
    public int index() {
        return index;
    }

    @Override
    public VcpuExit run() {
        runner = Thread.currentThread();
        enterGuest();
        try {
            return executor.run();
        } finally {
            leaveGuest();
            runner = null;
        }
    }

    @Override
    public void kick() {
        ATTENTION.getAndBitwiseOr(this, KICK);
    }

    @Override
    public void raise(int bits) {
        REQUESTS.getAndBitwiseOr(this, bits);
        attend();
    }

    @Override
    public void lower(int bits) {
        REQUESTS.getAndBitwiseAnd(this, ~bits);
    }

    @Override
    public boolean hasWork() {
        int pending = requests;
        if (waitForSipi) {
            return (pending & (CpuRequest.INIT | CpuRequest.SIPI)) != 0;
        }
        return !halted
                || (pending & (CpuRequest.INIT | CpuRequest.SMI)) != 0
                || ((pending & CpuRequest.NMI) != 0 && !nmiInService)
                || ((pending & CpuRequest.HARD) != 0 && (flags & Flags.IF) != 0);
    }

    @Override
    public void a20(boolean open) {
        a20Mask = open ? -1 : ~0x100000L;
        flushTlb();
    }

    @Override
    public void save(CpuState into) {
        StateTransfer.save(this, into);
    }

    @Override
    public void load(CpuState from) {
        StateTransfer.load(this, from);
    }

    @Override
    public void reset() {
        CpuState initial = new CpuState();
        initial.waitForSipi = index != 0;
        initial.tsc = host.timestamp() + msrs.tscOffset;
        initial.a20 = a20Mask == -1;
        StateTransfer.load(this, initial);
    }

    @Override
    public long register(int number) {
        return regs[number];
    }

    @Override
    public void register(int number, long value) {
        regs[number] = value;
    }

    @Override
    public int privilegeLevel() {
        return cpl;
    }

    @Override
    public boolean in64BitMode() {
        return code64();
    }

    @Override
    public String failure() {
        return executor.failure();
    }

    @Override
    public void close() {
        memory.remove(this);
    }

    @Override
    public void dropAddresses(boolean all) {
        if (Thread.currentThread() == runner) {
            flushTlb();
        } else {
            requestDrop();
        }
    }

    @Override
    public void codeWritten(long address, int length) {
        boolean mine = Thread.currentThread() == runner;
        if (blocks.invalidate(address, length)) {
            if (mine) {
                stop = true;
            }
            attend();
        } else if (mine) {
            blocks.stored(address);
        }
    }

    // ---- attention ------------------------------------------------------------------------

    /** Looks around before the next block. */
    void attend() {
        ATTENTION.getAndBitwiseOr(this, ATTEND);
    }

    /**
     * Takes the wishes of others.
     *
     * @return whether there was a kick among them
     */
    boolean takeAttention() {
        return ((int) ATTENTION.getAndSet(this, 0) & KICK) != 0;
    }

    @Override
    void interruptBlock() {
        attend();
    }

    /** To be called when RFLAGS or something else that interrupts depend on was changed. */
    void interruptibilityChanged() {
        if (requests != 0 || (flags & Flags.TF) != 0 || shadow) {
            attend();
        }
    }

    // ---- faults ---------------------------------------------------------------------------

    /** To be thrown. */
    CpuFault fault(int vector, int errorCode) {
        fault.vector = vector;
        fault.errorCode = errorCode;
        return fault;
    }

    CpuFault protection() {
        return fault(CpuFault.GP, 0);
    }

    CpuFault undefined() {
        return fault(CpuFault.UD, 0);
    }

    /** Says something once. */
    void note(String message) {
        if (noted.size() < 1000 && noted.putIfAbsent(message, Boolean.TRUE) == null) {
            leaveGuest();
            try {
                host.note(this, message);
            } finally {
                enterGuest();
            }
        }
    }

    // ---- flags and registers --------------------------------------------------------------

    /** All of RFLAGS. */
    int rflags() {
        return flags | arithmeticFlags() | 2;
    }

    /** Sets all of RFLAGS; the caller has seen to rights. */
    void rflags(int value) {
        int changed = flags ^ value;
        arithmeticFlags(value);
        flags = value & 0x3f7700 & ~Flags.ARITHMETIC;
        if ((changed & Flags.VM) != 0) {
            segmentation.modeChanged();
        }
        if ((changed & Flags.AC) != 0 && (cr4 & CR4_SMAP) != 0) {
            flushTlb();
        }
        interruptibilityChanged();
    }

    boolean protectedMode() {
        return (mode & PROTECTED) != 0;
    }

    boolean virtual8086() {
        return (flags & Flags.VM) != 0;
    }

    boolean code64() {
        return (mode & CODE64) != 0;
    }

    boolean longMode() {
        return (efer & EFER_LMA) != 0;
    }

    int ioPrivilege() {
        return flags >> 12 & 3;
    }

    /** #GP(0) unless at the most privileged level. */
    void requireSupervisor() {
        if (cpl != 0) {
            throw protection();
        }
    }

    // ---- floating point -------------------------------------------------------------------

    /** #UD or #NM if SSE instructions are not to be executed now. */
    void requireSse() {
        if ((cr0 & (CR0_EM | CR0_TS)) != 0 || (cr4 & CR4_OSFXSR) == 0) {
            throw fault(
                    (cr0 & CR0_EM) != 0 || (cr4 & CR4_OSFXSR) == 0 ? CpuFault.UD : CpuFault.NM, 0);
        }
    }

    /** Arithmetic with MXCSR as it is. */
    SseMath beginSse() {
        sse.begin(mxcsr);
        return sse;
    }

    /** Takes the exceptions over; #XM before anything is changed if one is not masked. */
    void endSse() {
        int flags = sse.flags;
        mxcsr |= flags;
        if ((flags & ~(mxcsr >> 7) & 0x3f) != 0) {
            throw fault((cr4 & CR4_OSXMMEXCPT) != 0 ? CpuFault.XM : CpuFault.UD, 0);
        }
    }

    /**
     * #UD, #NM or #MF if MMX instructions are not to be executed now; then the x87 is in MMX mode.
     */
    void requireMmx() {
        if ((cr0 & CR0_EM) != 0) {
            throw undefined();
        }
        x87.require();
        fpuStatus &= ~X87.TOP;
        fpuTags = 0xff;
    }

    /** Sets an MMX register. */
    void mmx(int register, long value) {
        fpuMantissa[register] = value;
        fpuExponent[register] = 0xffff;
    }

    // ---- addresses ------------------------------------------------------------------------

    /** Checks an access outside what is flat. */
    void checkRead(int segment, long offset, int size) {
        if (offset + size - 1 > readLimit[segment]) {
            segmentation.refuse(segment, offset, size, false);
        }
    }

    void checkWrite(int segment, long offset, int size) {
        if (offset + size - 1 > writeLimit[segment]) {
            segmentation.refuse(segment, offset, size, true);
        }
    }

    @Override
    long translate(long linear, Access access, boolean asUser) {
        return walker.translate(linear, access, asUser);
    }

    @Override
    boolean translatedEncrypted() {
        return walker.encrypted();
    }

    @Override
    long wrap(long linear) {
        return (mode & LONG) != 0 ? linear : linear & 0xffffffffL;
    }

    @Override
    void flushTlb() {
        super.flushTlb();
        BlockCache cache = blocks;
        if (cache != null) {
            cache.mappingChanged();
        }
    }

    boolean encryptedGuest() {
        return encryption != null;
    }

    // ---- the stack ------------------------------------------------------------------------

    /** PUSH of an operand of {@code size} bytes. */
    void push(int size, long value) {
        long top = regs[4] - size & stackMask;
        if ((mode & FLAT) == 0) {
            checkWrite(SS, top, size);
        }
        store(wrap(base[SS] + top), size, value);
        stackPointer(top);
    }

    /** What is {@code above} bytes above the top of the stack. */
    long peek(int size, int above) {
        long top = regs[4] + above & stackMask;
        if ((mode & FLAT) == 0) {
            checkRead(SS, top, size);
        }
        return load(wrap(base[SS] + top), size);
    }

    /** POP: reads and moves the stack pointer. */
    long pop(int size) {
        long value = peek(size, 0);
        stackPointer(regs[4] + size);
        return value;
    }

    /** Sets SP, ESP or RSP, as the stack segment has it. */
    void stackPointer(long value) {
        regs[4] = (regs[4] & ~stackMask & 0xffff_ffffL) | (value & stackMask);
    }
}
