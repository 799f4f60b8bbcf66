package dev.ferry.sev.firmware;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.policy.GuestPolicy;
import dev.ferry.sev.region.GfnSet;
import dev.ferry.sev.region.SharedRegions;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * A debugger's view of a guest's memory: any range, whatever the pages in it are. Private ones go
 * through the memory engine, as DBG_DECRYPT and DBG_ENCRYPT have it, shared ones are copied. Ranges
 * need not be aligned, which those commands demand: whole blocks are read, and written back with
 * the bytes that were not meant.
 *
 * <p>A policy with NODBG closes the private pages: a range that touches one is refused before any
 * byte of it is copied. Shared pages are the host's to read anyway.
 *
 * <p>What is shared is looked up once for a range. A guest that changes it meanwhile is not waited
 * for; stop it first.
 */
public final class DebugAccess {

    private static final int PAGE_SHIFT = 12;

    private final MemoryEncryption engine;
    private final SharedRegions regions;
    private final GuestPolicy policy;

    /** Of one guest; the engine stays the caller's to close. */
    public DebugAccess(MemoryEncryption engine, SharedRegions regions, GuestPolicy policy) {
        this.engine = engine;
        this.regions = regions;
        this.policy = policy;
    }

    /**
     * Reads plaintext.
     *
     * @param address the guest physical address of the first byte
     * @param memory as the host sees it
     * @param at where {@code address} is in it
     * @throws SevException POLICY_FAILURE if a page of the range is private and the policy is NODBG
     */
    public void decrypt(
            long address, MemorySegment memory, long at, byte[] into, int intoAt, int length)
            throws SevException {
        Objects.checkFromIndexSize(intoAt, length, into.length);
        GfnSet shared = admitted("DBG_DECRYPT", address, memory, at, length);
        for (int done = 0; done < length; ) {
            int part = run(shared, address + done, length - done);
            if (shared.contains(gfn(address + done))) {
                MemorySegment.copy(
                        memory, ValueLayout.JAVA_BYTE, at + done, into, intoAt + done, part);
            } else {
                engine.read(address + done, memory, at + done, into, intoAt + done, part);
            }
            done += part;
        }
    }

    /**
     * Writes plaintext.
     *
     * @param address the guest physical address of the first byte
     * @param memory as the host sees it
     * @param at where {@code address} is in it
     * @throws SevException POLICY_FAILURE if a page of the range is private and the policy is NODBG
     */
    public void encrypt(
            long address, MemorySegment memory, long at, byte[] from, int fromAt, int length)
            throws SevException {
        Objects.checkFromIndexSize(fromAt, length, from.length);
        GfnSet shared = admitted("DBG_ENCRYPT", address, memory, at, length);
        for (int done = 0; done < length; ) {
            int part = run(shared, address + done, length - done);
            if (shared.contains(gfn(address + done))) {
                MemorySegment.copy(
                        from, fromAt + done, memory, ValueLayout.JAVA_BYTE, at + done, part);
            } else {
                engine.write(address + done, memory, at + done, from, fromAt + done, part);
            }
            done += part;
        }
    }

    private GfnSet admitted(String command, long address, MemorySegment memory, long at, int length)
            throws SevException {
        MemoryEncryption.requireAddress(address);
        Objects.checkFromIndexSize(at, length, memory.byteSize());
        GfnSet shared = regions.snapshot();
        if (policy.has(GuestPolicy.Flag.NODBG) && length > 0) {
            long first = gfn(address);
            long last = gfn(address + length - 1);
            if (!shared.contains(first) || shared.nextChange(first) <= last) {
                throw new SevException(
                        FirmwareStatus.POLICY_FAILURE,
                        command
                                + ": policy "
                                + policy
                                + " allows no debugging (NODBG), found private memory at 0x"
                                + Long.toHexString(address)
                                + ", length 0x"
                                + Integer.toHexString(length));
            }
        }
        return shared;
    }

    /** Bytes from an address on in pages that are all like its own. */
    private static int run(GfnSet shared, long address, int length) {
        long next = shared.nextChange(gfn(address));
        // No page after the range's last: the multiplication cannot overflow.
        long last = gfn(address + length - 1);
        return next > last ? length : (int) ((next << PAGE_SHIFT) - address);
    }

    private static long gfn(long address) {
        return address >>> PAGE_SHIFT;
    }
}
