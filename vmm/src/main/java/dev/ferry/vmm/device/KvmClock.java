package dev.ferry.vmm.device;

import dev.ferry.vmm.memory.AddressSpace;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * KVM's paravirtual clock: a page per vCPU that tells how to make nanoseconds of time stamps, and
 * the wall clock time of the guest's start.
 *
 * <p>Source: Linux Documentation/virt/kvm/x86/msr.rst, MSR_KVM_SYSTEM_TIME_NEW and
 * MSR_KVM_WALL_CLOCK_NEW; the state's fields are those of QEMU hw/i386/kvm/clock.c.
 */
public final class KvmClock extends Device {

    private static final long NS = 1_000_000_000L;
    private static final int TSC_STABLE = 1;

    private final DeviceClock clock;
    private final DeviceClock host;
    private final AddressSpace memory;
    private final long tscHertz;
    private long offset;
    private boolean reliable = true;

    /**
     * @param clock guest time is this, and an offset
     * @param host ns since 1970
     * @param tscHertz ticks a second of the time stamps, which are on the same clock
     */
    public KvmClock(DeviceClock clock, DeviceClock host, AddressSpace memory, long tscHertz) {
        super("kvmclock", 0, 1);
        this.clock = clock;
        this.host = host;
        this.memory = memory;
        this.tscHertz = tscHertz;
    }

    @Override
    protected void state(StateFields f) {
        long now = f.u64("clock", clock.now() + offset);
        if (f.loading()) {
            offset = now - clock.now();
        }
        f.subsection(
                "kvmclock/clock_is_reliable",
                1,
                true,
                s -> reliable = s.bool("clock_is_reliable", reliable));
    }

    /**
     * The system time register was written, or time was changed: writes the page it names.
     *
     * @param msr address, bit 0 is the switch
     * @param tsc the vCPU's time stamp now
     */
    public void systemTime(long msr, long tsc) {
        if ((msr & 1) == 0) {
            return;
        }
        long address = msr & ~1L;
        byte[] before = new byte[4];
        memory.read(address, before);
        int version = ByteBuffer.wrap(before).order(ByteOrder.LITTLE_ENDIAN).getInt();
        // ns = (ticks << shift) * multiplier >> 32
        long scaled = tscHertz;
        int shift = 0;
        while (scaled > 2 * NS) {
            scaled >>= 1;
            shift--;
        }
        while (scaled <= NS) {
            scaled <<= 1;
            shift++;
        }
        int multiplier = (int) Long.divideUnsigned(NS << 32, scaled);
        ByteBuffer page = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN);
        page.putInt((version | 1) + 1).putInt(0).putLong(tsc).putLong(clock.now() + offset);
        page.putInt(multiplier).put((byte) shift).put((byte) TSC_STABLE);
        memory.write(address, page.array());
    }

    /** The wall clock register was written. */
    public void wallClock(long address) {
        long start = host.now() - clock.now() - offset;
        ByteBuffer words = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
        words.putInt(2).putInt((int) (start / NS)).putInt((int) (start % NS));
        memory.write(address, words.array());
    }
}
