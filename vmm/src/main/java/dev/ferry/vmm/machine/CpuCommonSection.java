package dev.ferry.vmm.machine;

import dev.ferry.vmm.cpu.CpuState;
import dev.ferry.vmm.device.Device;
import dev.ferry.vmm.device.StateFields;

/** What every target's processors have: {@code cpu_common} (QEMU hw/core/cpu-system.c). */
final class CpuCommonSection extends Device {

    private static final int LEAVE_TRANSLATED_CODE = 0x05;

    private final CpuState cpu;

    CpuCommonSection(int index, CpuState cpu) {
        super("cpu_common", index, 1);
        this.cpu = cpu;
    }

    @Override
    protected void state(StateFields f) {
        cpu.halted = f.u32("halted", cpu.halted ? 1 : 0) != 0;
        cpu.interruptRequest = f.u32("interrupt_request", cpu.interruptRequest);
        if (f.loading()) {
            cpu.interruptRequest &= ~LEAVE_TRANSLATED_CODE;
        }
    }
}
