package dev.ferry.vmm.device;

/** An ISA machine's IDE channel, without drives. */
public final class IsaIde extends Device {

    public IsaIde(int instance) {
        super("isa-ide", instance, 3);
    }

    /** The task file's ports. */
    public static PortDevice ports() {
        return IdeState.ports();
    }

    @Override
    protected void state(StateFields f) {
        f.struct("bus", "ide_bus", 1, IdeState::bus);
        f.structs("bus.ifs", "ide_drive", 3, 2, false, (s, _) -> IdeState.drive(s));
    }
}
