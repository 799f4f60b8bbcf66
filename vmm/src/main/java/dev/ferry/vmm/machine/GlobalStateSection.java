package dev.ferry.vmm.machine;

import dev.ferry.vmm.device.Device;
import dev.ferry.vmm.device.QemuLine;
import dev.ferry.vmm.device.StateFields;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What the machine was doing: {@code globalstate} (QEMU migration/global_state.c). */
final class GlobalStateSection extends Device {

    private static final int NAME_BYTES = 32;
    private static final int OLD_NAME_BYTES = 100;

    RunState state = RunState.PRELAUNCH;
    private boolean wasSuspended;

    GlobalStateSection() {
        super("globalstate", 0, 1);
    }

    @Override
    protected void state(StateFields f) {
        String name = state.qemuName();
        int length = f.u32("size", name.length() + 1);
        boolean newer = f.has("has_vm_was_suspended", f.line() == QemuLine.V10_0);
        byte[] text =
                Arrays.copyOf(
                        name.getBytes(StandardCharsets.US_ASCII),
                        newer ? NAME_BYTES : OLD_NAME_BYTES);
        f.buffer("runstate", text);
        if (newer) {
            f.u8("has_vm_was_suspended", 1);
            wasSuspended = f.u8("vm_was_suspended", wasSuspended ? 1 : 0) != 0;
            f.buffer("unused", new byte[66]);
        }
        if (f.loading()) {
            int end = 0;
            while (end < text.length && text[end] != 0) {
                end++;
            }
            if (length < 0 || length > text.length) {
                throw f.invalid("size", length, "0 to " + text.length);
            }
            state = RunState.of(new String(text, 0, end, StandardCharsets.US_ASCII));
        }
    }
}
