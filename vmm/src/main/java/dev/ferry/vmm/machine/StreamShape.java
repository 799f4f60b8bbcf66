package dev.ferry.vmm.machine;

import dev.ferry.vmm.device.QemuLine;

/**
 * How a machine's stream is framed, which depends on the age of its type.
 *
 * @param configuration whether there is a configuration section
 * @param footers whether sections end in footers
 * @param switchover whether the last part of memory is announced
 */
record StreamShape(boolean configuration, boolean footers, boolean switchover) {

    /** Types before 2.4 have neither configuration section nor footers. */
    static StreamShape of(MachineType type, QemuLine line) {
        boolean modern = type.since(2, 4);
        return new StreamShape(modern, modern, line == QemuLine.V10_0 && type.since(10, 0));
    }
}
