package dev.ferry.vmm.machine;

import dev.ferry.vmm.device.DeviceClock;
import dev.ferry.vmm.device.IrqLine;
import dev.ferry.vmm.device.MachineControl;
import dev.ferry.vmm.memory.AddressSpace;
import dev.ferry.vmm.memory.PortSpace;

/** What a board is plugged into. */
record MachineParts(
        MachineLock lock,
        AddressSpace memory,
        PortSpace ports,
        DeviceClock clock,
        DeviceClock hostClock,
        MachineControl control,
        IrqLine a20,
        boolean kvmClock) {}
