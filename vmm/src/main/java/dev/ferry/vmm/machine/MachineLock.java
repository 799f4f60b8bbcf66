package dev.ferry.vmm.machine;

import java.io.Serial;
import java.util.concurrent.locks.ReentrantLock;

/** The one lock of a machine: held whenever devices are called, and whenever its state changes. */
public final class MachineLock extends ReentrantLock {
    @Serial private static final long serialVersionUID = 1L;

    /** Not held by anybody. */
    public MachineLock() {}
}
