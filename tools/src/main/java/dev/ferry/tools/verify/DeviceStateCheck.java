package dev.ferry.tools.verify;

import dev.ferry.stream.StreamException;
import dev.ferry.stream.item.SectionBody;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.vmstate.DeviceState;
import java.io.IOException;

/** Decodes the state of every device, which reading alone only passes over. */
final class DeviceStateCheck implements Check {

    private final Verification verification;

    DeviceStateCheck(Verification verification) {
        this.verification = verification;
    }

    @Override
    public void item(StreamItem item) throws IOException {
        if (item instanceof StreamItem.Section section
                && section.body() instanceof SectionBody.Device device) {
            check(section, device);
        }
    }

    private void check(StreamItem.Section section, SectionBody.Device device) throws IOException {
        try {
            DeviceState state = device.state();
            if (state.length() != device.length()) {
                verification
                        .findings()
                        .error(
                                verification.place(section, Verification.name(section)),
                                "device state: expected "
                                        + device.length()
                                        + " bytes, its fields take "
                                        + state.length());
            }
        } catch (StreamException e) {
            // One damaged device says nothing about the next.
            verification.findings().error(e.at(), e.problem());
        }
    }
}
