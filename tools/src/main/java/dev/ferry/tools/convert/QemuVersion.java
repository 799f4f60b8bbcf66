package dev.ferry.tools.convert;

import dev.ferry.stream.convert.SavedVm;
import dev.ferry.tools.cli.UsageException;
import org.jspecify.annotations.Nullable;

/** The QEMU that is to load an output: what a machine type's name does not tell. */
record QemuVersion(int major, int minor) {

    /** As the user wrote it, or null for null. */
    static @Nullable QemuVersion parse(@Nullable String text) {
        if (text == null) {
            return null;
        }
        int dot = text.indexOf('.');
        try {
            if (dot > 0) {
                return new QemuVersion(
                        Integer.parseInt(text, 0, dot, 10),
                        Integer.parseInt(text, dot + 1, text.length(), 10));
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new UsageException("--qemu: expected a version like 7.2, found '" + text + "'");
    }

    /** One that shows the same traits as the QEMU that wrote {@code vm}. */
    static QemuVersion of(SavedVm vm) {
        if (vm.switchover()) {
            return new QemuVersion(10, 0);
        }
        // Since 8.2 descriptions tell of the configuration section.
        boolean newer =
                vm.description().isPresent() && vm.description().get().describesConfiguration();
        return newer ? new QemuVersion(10, 0) : new QemuVersion(7, 2);
    }
}
