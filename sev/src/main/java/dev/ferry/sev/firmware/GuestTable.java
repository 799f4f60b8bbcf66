package dev.ferry.sev.firmware;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The guests by handle: 1 to {@value #GUESTS}, the lowest free one first. Looking one up takes no
 * lock; adding and removing is guarded by the processor. Source: AMD firmware sev_guest.c,
 * find_free_guest_handle; sev_plat.h, SEV_GUEST_COUNT_MAX.
 */
final class GuestTable {

    /** As many guests as AMD's firmware has room for. */
    static final int GUESTS = 1024;

    private final AtomicReferenceArray<@Nullable Guest> guests = new AtomicReferenceArray<>(GUESTS);
    private int count;

    /**
     * @throws SevException INVALID_GUEST if there is none of that handle
     */
    Guest get(Command command, int handle) throws SevException {
        Guest guest = find(handle);
        if (guest == null) {
            throw missing(command, handle);
        }
        return guest;
    }

    static SevException missing(Command command, int handle) {
        return new SevException(
                FirmwareStatus.INVALID_GUEST,
                command + ": expected a guest's handle, found " + Integer.toUnsignedString(handle));
    }

    @Nullable Guest find(int handle) {
        return handle < 1 || handle > GUESTS ? null : guests.get(handle - 1);
    }

    int count() {
        return count;
    }

    /**
     * @throws SevException RESOURCE_LIMIT if all handles are taken
     */
    int freeHandle(Command command) throws SevException {
        for (int handle = 1; handle <= GUESTS; handle++) {
            if (guests.get(handle - 1) == null) {
                return handle;
            }
        }
        throw new SevException(
                FirmwareStatus.RESOURCE_LIMIT,
                command + ": expected fewer than " + GUESTS + " guests, found " + count);
    }

    void add(Guest guest) {
        guests.set(guest.handle() - 1, guest);
        count++;
    }

    void remove(Guest guest) {
        guests.set(guest.handle() - 1, null);
        count--;
    }
}
