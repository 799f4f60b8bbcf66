package dev.ferry.vmm.device;

import dev.ferry.stream.vmstate.DeviceState;
import dev.ferry.stream.vmstate.VmStateLayout;

/**
 * A part of the machine that has a section in the stream. All methods are called with the machine's
 * lock held, and state only goes in or out while the clock stands.
 */
public abstract class Device {

    private final String section;
    private final int instance;
    private final String vmsd;
    private final int version;
    final Kept kept = new Kept();

    /**
     * @param section idstr, with its bus path
     * @param instance instance id
     * @param vmsd the name in descriptions
     */
    protected Device(String section, int instance, String vmsd, int version) {
        this.section = section;
        this.instance = instance;
        this.vmsd = vmsd;
        this.version = version;
    }

    /** One whose section is named like its description. */
    protected Device(String name, int instance, int version) {
        this(name, instance, name, version);
    }

    /** The section's name (idstr). */
    public final String section() {
        return section;
    }

    /** The section's instance id. */
    public final int instance() {
        return instance;
    }

    /** Names all fields of the state, in stream order. */
    protected abstract void state(StateFields f);

    /** Power-on state, and what a reset line does. */
    public void reset() {
        kept.clear();
    }

    /** A state was taken over: puts timers and wires right. Called when all devices have theirs. */
    public void loaded() {}

    /** The state as it is now. */
    public final DeviceSection save(QemuLine line) {
        StateSaver saver = new StateSaver(line, kept);
        VmStateLayout layout = saver.root(vmsd, version, this::state);
        return new DeviceSection(section, instance, version, layout, saver.body(), false);
    }

    /**
     * Takes over a state; {@link #loaded} is to follow.
     *
     * @throws StateException if it does not fit
     */
    public final void load(QemuLine line, DeviceState state) {
        if (state.version() > version) {
            throw new StateException(
                    section
                            + ": expected a version up to "
                            + version
                            + ", found "
                            + state.version());
        }
        kept.clear();
        new StateLoader(line, kept, section, state.root()).root(this::state);
    }

    @Override
    public String toString() {
        return instance == 0 ? section : section + " #" + instance;
    }
}
