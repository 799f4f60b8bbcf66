package dev.ferry.vmm.memory;

/** Somebody who keeps a copy of where memory is: a kernel that runs vCPUs. */
@FunctionalInterface
public interface MapListener {

    /**
     * {@link AddressSpace#memory} has changed; vCPUs may be running. Returns when none of them sees
     * the old map any more.
     */
    void changed(AddressSpace space);
}
