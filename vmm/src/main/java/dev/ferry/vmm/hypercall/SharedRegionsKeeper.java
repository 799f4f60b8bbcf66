package dev.ferry.vmm.hypercall;

import dev.ferry.sev.region.MapGpaRange;
import dev.ferry.sev.region.SharedRegions;

/** Keeps the list of shared regions as a guest's hypercalls say. */
public final class SharedRegionsKeeper implements HypercallHandler {

    private final MapGpaRange call;
    private final PageStatusListener listener;

    /**
     * Of one guest.
     *
     * @param frames guest-physical memory ends before this one
     * @param arguments what the guest's kernel speaks
     */
    public SharedRegionsKeeper(
            SharedRegions regions,
            long frames,
            MapGpaRange.Arguments arguments,
            PageStatusListener listener) {
        this.call = new MapGpaRange(regions, frames, arguments, true);
        this.listener = listener;
    }

    @Override
    public long handle(HypercallExit exit) {
        MapGpaRange.Result result =
                call.call(exit.a0(), exit.a1(), exit.a2(), exit.cpl(), exit.longMode());
        if (!result.changed().isEmpty()) {
            listener.changed(result.changed());
        }
        return result.rax();
    }
}
