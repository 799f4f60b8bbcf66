package dev.ferry.vmm.machine;

import dev.ferry.stream.convert.SavedSection;
import dev.ferry.stream.vmstate.DeviceDescription;
import dev.ferry.vmm.device.DeviceSection;
import java.io.IOException;

/**
 * A device that the machine has no model for: its state is kept as it came and written again
 * unchanged.
 *
 * @param section as it came
 */
record CarriedDevice(SavedSection section) {

    DeviceSection save() throws IOException {
        DeviceDescription description = section.description();
        return new DeviceSection(
                section.name(),
                section.instance(),
                section.version(),
                description.layout(),
                section.body().bytes(),
                description.oldStyle());
    }

    @Override
    public String toString() {
        return section.instance() == 0
                ? section.name()
                : section.name() + " #" + section.instance();
    }
}
