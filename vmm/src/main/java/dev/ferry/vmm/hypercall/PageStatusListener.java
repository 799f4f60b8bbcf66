package dev.ferry.vmm.hypercall;

import dev.ferry.sev.region.GfnRange;
import java.util.List;

/**
 * Who wants to know which pages have become shared or private. A page whose status changes has to
 * be sent again, even if nobody writes to it.
 */
@FunctionalInterface
public interface PageStatusListener {

    /** Tells nobody. */
    PageStatusListener NONE = changed -> {};

    /**
     * Called after the list has changed, on the thread that changed it.
     *
     * @param changed never empty
     */
    void changed(List<GfnRange> changed);
}
