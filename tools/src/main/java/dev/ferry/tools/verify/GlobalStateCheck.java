package dev.ferry.tools.verify;

import dev.ferry.stream.StreamException;
import dev.ferry.stream.item.SectionBody;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.vmstate.RunStates;
import dev.ferry.tools.inspect.GlobalState;
import java.io.IOException;

/** Section {@code globalstate}. QEMU migration/global_state.c, global_state_post_load. */
final class GlobalStateCheck implements Check {

    private final Verification verification;
    private boolean seen;
    private boolean devices;
    private boolean unreadable;

    GlobalStateCheck(Verification verification) {
        this.verification = verification;
    }

    @Override
    public void item(StreamItem item) throws IOException {
        unreadable |= item instanceof StreamItem.Unreadable;
        if (!(item instanceof StreamItem.Section section)
                || !(section.body() instanceof SectionBody.Device device)) {
            return;
        }
        devices = true;
        if (!section.name().equals(GlobalState.SECTION)) {
            return;
        }
        seen = true;
        GlobalState state;
        try {
            state = GlobalState.of(device.state().root());
        } catch (StreamException e) {
            // Reported by the check that decodes every device.
            return;
        }
        if (state == null) {
            verification
                    .findings()
                    .warning(
                            verification.place(section, Verification.name(section)),
                            "does not have the shape of any known QEMU");
        } else if (state.runstate().length() == state.nameBytes()) {
            verification
                    .findings()
                    .error(
                            verification.place(section, Verification.name(section)),
                            "run state: expected a name that ends in a zero byte");
        } else if (!RunStates.NAMES.contains(state.runstate())) {
            verification
                    .findings()
                    .error(
                            verification.place(section, Verification.name(section)),
                            "run state: '"
                                    + state.runstate()
                                    + "' is not one that QEMU knows, and it refuses it");
        }
    }

    @Override
    public void end() {
        if (devices && !seen && !unreadable) {
            verification
                    .findings()
                    .warning(
                            verification.whole(""),
                            "no section 'globalstate': whether the guest ran is not told");
        }
    }
}
