package dev.ferry.vmm.sev;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.firmware.DebugAccess;
import dev.ferry.sev.firmware.MemoryEncryption;
import dev.ferry.sev.policy.GuestPolicy;
import dev.ferry.sev.region.SharedRegions;
import dev.ferry.vmm.memory.AddressSpace;
import dev.ferry.vmm.memory.MemoryRange;
import dev.ferry.vmm.memory.PhysicalMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Memory of a SEV guest as a debugger sees it: private pages in the clear by DBG_DECRYPT, shared
 * ones, ROM and flash as they are. A policy with NODBG closes the private ones. Stop the guest
 * first.
 */
public final class SevDebugger {

    private final AddressSpace space;
    private final DebugAccess access;

    SevDebugger(
            AddressSpace space,
            MemoryEncryption engine,
            SharedRegions regions,
            GuestPolicy policy) {
        this.space = space;
        this.access = new DebugAccess(engine, regions, policy);
    }

    /**
     * Reads memory.
     *
     * @throws SevException POLICY_FAILURE if a page is private and the policy is NODBG,
     *     INVALID_ADDRESS if there is no memory
     */
    public void read(long gpa, byte[] into) throws SevException {
        for (int done = 0; done < into.length; ) {
            MemoryRange range = memory(gpa + done);
            int part = (int) Math.min(into.length - done, range.length());
            MemorySegment memory = range.block().segment();
            if (SevGuestMemory.encrypted(range)) {
                writeBack(range, part);
                access.decrypt(gpa + done, memory, range.offset(), into, done, part);
            } else {
                MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, range.offset(), into, done, part);
            }
            done += part;
        }
    }

    /**
     * Writes memory, ROM and flash excepted.
     *
     * @throws SevException as {@link #read}
     */
    public void write(long gpa, byte[] from) throws SevException {
        for (int done = 0; done < from.length; ) {
            MemoryRange range = memory(gpa + done);
            if (!SevGuestMemory.encrypted(range)) {
                throw nowhere(gpa + done, "RAM");
            }
            int part = (int) Math.min(from.length - done, range.length());
            write(range, from, done, part);
            done += part;
        }
    }

    /** Through a copy of the whole pages, so that the store is everybody's to see. */
    private void write(MemoryRange range, byte[] from, int at, int length) throws SevException {
        writeBack(range, length);
        long page = PhysicalMemory.PAGE_BYTES;
        long first = range.offset() & -page;
        long end = (range.offset() + length + page - 1) & -page;
        MemorySegment copy = MemorySegment.ofArray(new byte[(int) (end - first)]);
        copy.copyFrom(range.block().segment().asSlice(first, end - first));
        access.encrypt(range.gpa(), copy, range.offset() - first, from, at, length);
        space.write(range.block(), first, copy);
    }

    private void writeBack(MemoryRange range, int length) {
        long first = range.offset() / PhysicalMemory.PAGE_BYTES;
        long last = (range.offset() + length - 1) / PhysicalMemory.PAGE_BYTES;
        space.writeBack(range.block(), first, last - first + 1);
    }

    private MemoryRange memory(long gpa) throws SevException {
        MemoryRange range = space.find(gpa);
        if (range == null) {
            throw nowhere(gpa, "memory");
        }
        return range;
    }

    private static SevException nowhere(long gpa, String expected) {
        return new SevException(
                FirmwareStatus.INVALID_ADDRESS,
                "debugger: expected "
                        + expected
                        + " at 0x"
                        + Long.toHexString(gpa)
                        + ", found none");
    }
}
