package dev.ferry.vmm.machine;

/** Told what happens to a machine, on any thread and without its lock. */
public interface MachineListener {

    /** Tells nobody. */
    MachineListener NONE = new MachineListener() {};

    /** The machine does something else now. */
    default void runState(RunState state) {}

    /** The machine was reset, by itself or from outside. */
    default void reset() {}

    /** Something a person who debugs a guest wants to read. */
    default void note(String message) {}

    /** The run is over. */
    default void ended(MachineEnd end) {}
}
