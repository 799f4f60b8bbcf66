package dev.ferry.vmm.device;

import dev.ferry.vmm.cpu.CpuRequest;
import dev.ferry.vmm.memory.MmioDevice;
import java.util.Arrays;

/**
 * A processor's local APIC, in xAPIC mode.
 *
 * <p>The timer counts nanoseconds of the machine's clock, divided. Source: Intel SDM volume 3,
 * chapter 10; the state's fields are those of QEMU hw/intc/apic_common.c.
 */
public final class LocalApic extends Device implements MmioDevice {

    /** Base address, and the flags in the base MSR. */
    private static final int BASE = 0xfee00000;

    private static final int BASE_BSP = 0x100;
    private static final int BASE_ENABLE = 0x800;

    private static final int SOFTWARE_ENABLE = 0x100;
    private static final int NO_EOI_BROADCAST = 0x1000;

    private static final int LVT_TIMER = 0;
    private static final int LVT_LINT0 = 3;
    private static final int LVT_LINT1 = 4;
    private static final int LVT_ERROR = 5;
    private static final int LVT_COUNT = 6;
    private static final int MASKED = 0x10000;
    private static final int PERIODIC = 0x20000;
    private static final int LEVEL_TRIGGERED = 0x8000;

    private static final int VERSION = 0x14;
    private static final int ESR_ILLEGAL_VECTOR = 0x40;
    private static final int ESR_ILLEGAL_ADDRESS = 0x80;

    private final ApicBus bus;
    private final InterruptWires wires;
    private final DeviceClock clock;
    private final DeviceTimer timer;
    private final boolean bootstrap;
    private final int initialId;

    private int apicbase;
    private int id;
    private int arbId;
    private int tpr;
    private int spurious;
    private int logicalId;
    private int destinationFormat;
    private final int[] isr = new int[8];
    private final int[] tmr = new int[8];
    private final int[] irr = new int[8];
    private final int[] lvt = new int[LVT_COUNT];
    private int esr;
    private int pendingErrors;
    private final int[] icr = new int[2];
    private int divideConfiguration;
    private int countShift;
    private int initialCount;
    private long loadTime;
    private long nextTime;
    private int sipiVector;
    private boolean waitForSipi;

    /**
     * @param index number of the processor, which is the initial APIC id
     * @param wires of the processor
     */
    public LocalApic(int index, ApicBus bus, InterruptWires wires, DeviceClock clock) {
        super("apic", index, 3);
        this.bus = bus;
        this.wires = wires;
        this.clock = clock;
        this.timer = clock.timer(this::timerExpired);
        this.bootstrap = index == 0;
        this.initialId = index;
        bus.add(this);
        reset();
    }

    @Override
    protected void state(StateFields f) {
        apicbase = f.u32("apicbase", apicbase);
        id = f.u8("id", id);
        arbId = f.u8("arb_id", arbId);
        tpr = f.u8("tpr", tpr);
        spurious = f.u32("spurious_vec", spurious);
        logicalId = f.u8("log_dest", logicalId);
        destinationFormat = f.u8("dest_mode", destinationFormat, 0, 15);
        f.u32s("isr", isr);
        f.u32s("tmr", tmr);
        f.u32s("irr", irr);
        f.u32s("lvt", lvt);
        esr = f.u32("esr", esr);
        f.u32s("icr", icr);
        divideConfiguration = f.u32("divide_conf", divideConfiguration);
        countShift = f.i32("count_shift", countShift, 0, 7);
        initialCount = f.u32("initial_count", initialCount);
        loadTime = f.i64("initial_count_load_time", loadTime);
        nextTime = f.i64("next_time", nextTime);
        timer.restore(f.i64("timer_expiry", timer.due()));
        if (!f.subsection("apic_sipi", 1, waitForSipi, this::startup) && f.loading()) {
            waitForSipi = false;
        }
    }

    private void startup(StateFields f) {
        sipiVector = f.i32("sipi_vector", sipiVector);
        waitForSipi = f.i32("wait_for_sipi", waitForSipi ? 1 : 0) != 0;
    }

    @Override
    public void reset() {
        super.reset();
        apicbase = BASE | BASE_ENABLE | (bootstrap ? BASE_BSP : 0);
        id = initialId;
        arbId = 0;
        sipiVector = 0;
        init();
    }

    /** The processor took an INIT. */
    public void init() {
        tpr = 0;
        spurious = 0xff;
        logicalId = 0;
        destinationFormat = 0xf;
        Arrays.fill(isr, 0);
        Arrays.fill(tmr, 0);
        Arrays.fill(irr, 0);
        Arrays.fill(lvt, MASKED);
        esr = 0;
        pendingErrors = 0;
        Arrays.fill(icr, 0);
        divideConfiguration = 0;
        countShift = 0;
        initialCount = 0;
        loadTime = 0;
        nextTime = 0;
        waitForSipi = !bootstrap;
        timer.cancel();
        update();
    }

    @Override
    public void loaded() {
        update();
    }

    /** The APIC's id, which physical destinations name. */
    public int id() {
        return id;
    }

    /** The base MSR. */
    public long base() {
        return apicbase & 0xffffffffL;
    }

    /** Physical address of the registers' page. */
    public long page() {
        return apicbase & 0xfffff000L;
    }

    /** Whether the base MSR has it switched on. */
    public boolean enabled() {
        return (apicbase & BASE_ENABLE) != 0;
    }

    /** Writes the base MSR; whether a processor is the bootstrap processor cannot be changed. */
    public void base(long value) {
        apicbase = (int) value & 0xfffff000 | (apicbase & BASE_BSP) | (int) value & BASE_ENABLE;
        if (!enabled()) {
            spurious &= ~SOFTWARE_ENABLE;
        }
        update();
    }

    /** Bits 7 to 4 of the task priority. */
    public int cr8() {
        return tpr >> 4;
    }

    /** Sets the task priority by CR8. */
    public void cr8(int value) {
        tpr = (value & 0x0f) << 4;
        update();
    }

    /** Whether the processor waits for a start-up interrupt. */
    public boolean waitsForSipi() {
        return waitForSipi;
    }

    /** Sets whether the processor waits, as it says itself. */
    public void waitsForSipi(boolean waits) {
        waitForSipi = waits;
    }

    /** The start-up interrupt was taken: its vector. */
    public int startupVector() {
        waitForSipi = false;
        return sipiVector;
    }

    void startup(int vector) {
        sipiVector = vector;
        wires.raise(CpuRequest.SIPI);
    }

    void arbitrate() {
        arbId = id;
    }

    private static int highest(int[] bits) {
        for (int i = 7; i >= 0; i--) {
            if (bits[i] != 0) {
                return i * 32 + 31 - Integer.numberOfLeadingZeros(bits[i]);
            }
        }
        return -1;
    }

    private static boolean bit(int[] bits, int index) {
        return (bits[index >> 5] & 1 << (index & 31)) != 0;
    }

    private static void set(int[] bits, int index) {
        bits[index >> 5] |= 1 << (index & 31);
    }

    private static void clear(int[] bits, int index) {
        bits[index >> 5] &= ~(1 << (index & 31));
    }

    private int processorPriority() {
        int inService = highest(isr);
        int served = inService < 0 ? 0 : inService >> 4;
        return tpr >> 4 >= served ? tpr : served << 4;
    }

    /** The vector to deliver; 0 if none was asked for, -1 if one is held back by priority. */
    private int pending() {
        if ((spurious & SOFTWARE_ENABLE) == 0) {
            return 0;
        }
        int asked = highest(irr);
        if (asked < 0) {
            return 0;
        }
        int priority = processorPriority();
        return priority != 0 && (asked & 0xf0) <= (priority & 0xf0) ? -1 : asked;
    }

    /** Whether the 8259s' output gets through to the processor. */
    boolean acceptsPic() {
        return !enabled() || (lvt[LVT_LINT0] & MASKED) == 0;
    }

    /** Sets the processor's interrupt line as everything that feeds it says. */
    public void refresh() {
        update();
    }

    /** As {@link #refresh}. */
    void update() {
        boolean fromPic =
                bus.picAsks()
                        && acceptsPic()
                        && (!enabled() || (lvt[LVT_LINT0] >> 8 & 7) == ApicBus.EXT_INT);
        if (pending() > 0 || fromPic) {
            wires.raise(CpuRequest.HARD);
        } else {
            wires.lower(CpuRequest.HARD);
        }
    }

    /** The 8259s' output changed. */
    void picLine(boolean level) {
        if (level) {
            if (enabled()) {
                deliverLocal(LVT_LINT0);
            }
        } else {
            int entry = lvt[LVT_LINT0];
            boolean fixedLevel =
                    (entry >> 8 & 7) == ApicBus.FIXED && (entry & LEVEL_TRIGGERED) != 0;
            if (fixedLevel) {
                clear(irr, entry & 0xff);
            }
        }
        update();
    }

    /** An NMI button, or whatever drives LINT1. */
    public void nmiLine() {
        deliverLocal(LVT_LINT1);
    }

    private void deliverLocal(int entry) {
        int value = lvt[entry];
        if ((value & MASKED) != 0) {
            return;
        }
        switch (value >> 8 & 7) {
            case ApicBus.SMI -> wires.raise(CpuRequest.SMI);
            case ApicBus.NMI -> wires.raise(CpuRequest.NMI);
            case ApicBus.FIXED ->
                    interrupt(value & 0xff, entry == LVT_LINT0 && (value & LEVEL_TRIGGERED) != 0);
            default -> update();
        }
    }

    /** Takes a message from the bus. */
    void deliver(int mode, int vector, boolean level) {
        switch (mode) {
            case ApicBus.FIXED, ApicBus.LOWEST_PRIORITY -> interrupt(vector, level);
            case ApicBus.SMI -> wires.raise(CpuRequest.SMI);
            case ApicBus.NMI -> wires.raise(CpuRequest.NMI);
            case ApicBus.INIT -> wires.raise(CpuRequest.INIT);
            case ApicBus.STARTUP -> startup(vector);
            default -> {
                // ExtINT messages are for the 8259s' own wire.
            }
        }
    }

    private void interrupt(int vector, boolean level) {
        if (vector < 16) {
            error(ESR_ILLEGAL_VECTOR);
            return;
        }
        set(irr, vector);
        if (level) {
            set(tmr, vector);
        } else {
            clear(tmr, vector);
        }
        update();
    }

    private void error(int bit) {
        pendingErrors |= bit;
        int entry = lvt[LVT_ERROR];
        if ((entry & MASKED) == 0 && (entry & 0xff) >= 16) {
            interrupt(entry & 0xff, false);
        }
    }

    /** Whether a message for this destination is for this APIC. */
    boolean matches(int destination, boolean logical) {
        if (!logical) {
            return destination == 0xff || destination == id;
        }
        if (destinationFormat == 0xf) {
            return (destination & logicalId) != 0;
        }
        return (destination & 0xf0) == (logicalId & 0xf0) && (destination & logicalId & 0x0f) != 0;
    }

    /** How busy it is, for messages to the least busy one. */
    int busy() {
        return processorPriority();
    }

    /**
     * The processor acknowledges.
     *
     * @return the vector, -1 if the 8259s are to be asked
     */
    int acknowledge() {
        if (!enabled() || (spurious & SOFTWARE_ENABLE) == 0) {
            return -1;
        }
        int vector = pending();
        boolean pic = bus.picAsks() && acceptsPic() && (lvt[LVT_LINT0] >> 8 & 7) == ApicBus.EXT_INT;
        if (vector == 0 || pic) {
            return -1;
        }
        if (vector < 0) {
            return spurious & 0xff;
        }
        clear(irr, vector);
        set(isr, vector);
        update();
        return vector;
    }

    private void endOfInterrupt() {
        int vector = highest(isr);
        if (vector < 0) {
            return;
        }
        clear(isr, vector);
        if ((spurious & NO_EOI_BROADCAST) == 0 && bit(tmr, vector)) {
            bus.endOfInterrupt(vector);
        }
        update();
    }

    private void timerExpired() {
        deliverLocal(LVT_TIMER);
        schedule(nextTime);
    }

    private void schedule(long now) {
        timer.cancel();
        if ((lvt[LVT_TIMER] & MASKED) != 0) {
            return;
        }
        long elapsed = now - loadTime >> countShift;
        long count = initialCount & 0xffffffffL;
        long ticks;
        if ((lvt[LVT_TIMER] & PERIODIC) != 0) {
            if (count == 0) {
                return;
            }
            ticks = (elapsed / (count + 1) + 1) * (count + 1);
        } else {
            if (elapsed >= count) {
                return;
            }
            ticks = count + 1;
        }
        nextTime = loadTime + (ticks << countShift);
        timer.at(nextTime);
    }

    private int currentCount() {
        long elapsed = clock.now() - loadTime >> countShift;
        long count = initialCount & 0xffffffffL;
        if ((lvt[LVT_TIMER] & PERIODIC) != 0) {
            return count == 0 ? 0 : (int) (count - elapsed % (count + 1));
        }
        return elapsed >= count ? 0 : (int) (count - elapsed);
    }

    @Override
    public long read(long offset, int size) {
        if (size < 4 || !enabled()) {
            return 0;
        }
        return register((int) (offset >> 4) & 0xff) & 0xffffffffL;
    }

    private int register(int index) {
        if (index >= 0x10 && index < 0x28) {
            int[] bits = index < 0x18 ? isr : index < 0x20 ? tmr : irr;
            return bits[index & 7];
        }
        if (index >= 0x32 && index < 0x38) {
            return lvt[index - 0x32];
        }
        return switch (index) {
            case 0x02 -> id << 24;
            case 0x03 -> VERSION | LVT_COUNT - 1 << 16;
            case 0x08 -> tpr;
            case 0x09, 0x0b -> 0;
            case 0x0a -> processorPriority();
            case 0x0d -> logicalId << 24;
            case 0x0e -> destinationFormat << 28 | 0x0fffffff;
            case 0x0f -> spurious;
            case 0x28 -> esr;
            case 0x30 -> icr[0];
            case 0x31 -> icr[1];
            case 0x38 -> initialCount;
            case 0x39 -> currentCount();
            case 0x3e -> divideConfiguration;
            default -> {
                error(ESR_ILLEGAL_ADDRESS);
                yield 0;
            }
        };
    }

    @Override
    public void write(long offset, int size, long data) {
        if (size < 4 || !enabled()) {
            return;
        }
        int value = (int) data;
        int index = (int) (offset >> 4) & 0xff;
        switch (index) {
            case 0x02 -> id = value >>> 24;
            case 0x08 -> {
                tpr = value & 0xff;
                update();
            }
            case 0x0b -> endOfInterrupt();
            case 0x0d -> logicalId = value >>> 24;
            case 0x0e -> destinationFormat = value >>> 28;
            case 0x0f -> {
                spurious = value & 0x1ff;
                update();
            }
            case 0x28 -> {
                esr = pendingErrors;
                pendingErrors = 0;
            }
            case 0x30 -> {
                icr[0] = value & ~0x1000;
                bus.command(this, icr[0], icr[1] >>> 24);
            }
            case 0x31 -> icr[1] = value;
            case 0x32, 0x33, 0x34, 0x35, 0x36, 0x37 -> localVector(index - 0x32, value);
            case 0x38 -> {
                initialCount = value;
                loadTime = clock.now();
                schedule(loadTime);
            }
            case 0x3e -> {
                divideConfiguration = value & 0x0b;
                countShift = ((value & 3 | value >> 1 & 4) + 1) & 7;
            }
            case 0x03, 0x09, 0x0a, 0x39 -> {
                // For reading.
            }
            default -> {
                if (index < 0x10 || index > 0x27) {
                    error(ESR_ILLEGAL_ADDRESS);
                }
            }
        }
    }

    private void localVector(int entry, int value) {
        lvt[entry] = value;
        if (entry == LVT_TIMER) {
            schedule(clock.now());
        } else if (entry == LVT_LINT0) {
            if (bus.picAsks() && enabled()) {
                deliverLocal(LVT_LINT0);
            }
            update();
        }
    }
}
