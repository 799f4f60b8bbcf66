package dev.ferry.vmm.sev;

import dev.ferry.sev.firmware.GuestMemory;
import dev.ferry.sev.firmware.MemoryEncryption;
import dev.ferry.vmm.memory.AddressSpace;
import dev.ferry.vmm.memory.MemoryRange;
import dev.ferry.vmm.memory.PhysicalMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Supplier;

/**
 * A guest's memory as the secure processor works on it: ciphertext of private pages, by
 * guest-physical address.
 *
 * <p>ROM and flash lie in the clear: what is in them is no secret, and the machine reads them
 * without the C-bit's help. A launch measures them where they are. To whoever sends or receives
 * them as packets they look as if they were encrypted.
 */
final class SevGuestMemory implements GuestMemory {

    private static final int BLOCK = MemoryEncryption.BLOCK_BYTES;

    private final AddressSpace space;
    private final Supplier<MemoryEncryption> engine;
    private volatile boolean launching = true;

    /**
     * Memory of a guest that is being launched.
     *
     * @param engine the guest's, once it is activated
     */
    SevGuestMemory(AddressSpace space, Supplier<MemoryEncryption> engine) {
        this.space = space;
        this.engine = engine;
    }

    /** From now on the firmware reads ciphertext, and nothing else. */
    void launched() {
        launching = false;
    }

    @Override
    public boolean contains(long address, long length) {
        return address >= 0
                && length >= 0
                && address <= Long.MAX_VALUE - length
                && space.isMemory(address, length);
    }

    @Override
    public void read(long address, byte[] into, int at, int length) {
        each(
                address,
                length,
                (range, gpa, done, part) -> {
                    long offset = range.offset() + gpa - range.gpa();
                    if (encrypted(range)) {
                        long first = offset / PhysicalMemory.PAGE_BYTES;
                        long last = (offset + part - 1) / PhysicalMemory.PAGE_BYTES;
                        space.writeBack(range.block(), first, last - first + 1);
                    }
                    MemorySegment.copy(
                            range.block().segment(),
                            ValueLayout.JAVA_BYTE,
                            offset,
                            into,
                            at + done,
                            part);
                    if (!encrypted(range) && !launching) {
                        engine.get().encrypt(gpa, into, at + done, part);
                    }
                });
    }

    @Override
    public void write(long address, byte[] from, int at, int length) {
        each(
                address,
                length,
                (range, gpa, done, part) -> {
                    long offset = range.offset() + gpa - range.gpa();
                    if (encrypted(range)) {
                        MemorySegment bytes = MemorySegment.ofArray(from).asSlice(at + done, part);
                        space.write(range.block(), offset, bytes);
                    } else if (!launching) {
                        byte[] plain = new byte[part];
                        System.arraycopy(from, at + done, plain, 0, part);
                        engine.get().decrypt(gpa, plain, 0, part);
                        space.write(range.block(), offset, MemorySegment.ofArray(plain));
                    }
                });
    }

    /** Whether what is there is ciphertext when a guest accesses it with the C-bit. */
    static boolean encrypted(MemoryRange range) {
        return range.block().mayBePrivate();
    }

    private interface Part {
        void copy(MemoryRange range, long gpa, int done, int length);
    }

    private void each(long address, int length, Part copy) {
        for (int done = 0; done < length; ) {
            long gpa = address + done;
            MemoryRange range = space.find(gpa);
            if (range == null || range.gpa() % BLOCK != 0) {
                throw new IllegalStateException(
                        "no memory any more at guest-physical 0x" + Long.toHexString(gpa));
            }
            int part = (int) Math.min(length - done, range.length());
            copy.copy(range, gpa, done, part);
            done += part;
        }
    }
}
