package dev.ferry.tools.run;

import dev.ferry.tools.run.LaunchConfig.DebugExit;
import dev.ferry.tools.run.LaunchConfig.DiskDevice;
import dev.ferry.tools.run.LaunchConfig.Drive;
import dev.ferry.tools.run.LaunchConfig.Given;
import dev.ferry.tools.run.LaunchConfig.Serial;
import dev.ferry.vmm.boot.DiskGeometry;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code -device}. */
final class DeviceReader {

    private static final Set<String> DISK_KEYS =
            Set.of(
                    "driver",
                    "id",
                    "drive",
                    "bus",
                    "unit",
                    "cyls",
                    "heads",
                    "secs",
                    "bootindex",
                    "serial",
                    "ver",
                    "model",
                    "write-cache",
                    "bios-chs-trans",
                    "share-rw");

    private final LaunchConfig config;
    private final StorageReader storage;

    DeviceReader(LaunchConfig config, StorageReader storage) {
        this.config = config;
        this.storage = storage;
    }

    void device(Given given) {
        KeyedOptions options = KeyedOptions.of(given.value(), "driver");
        String driver = options.require("driver");
        switch (driver) {
            case "ide-hd" -> disk(options);
            case "isa-serial" -> serial(options, given);
            case "isa-debug-exit" -> {
                options.allow(Set.of("driver", "id", "iobase", "iosize"));
                config.debugExits.add(
                        new DebugExit(
                                (int) options.number("iobase", 0x501, 0, 0xffff),
                                (int) options.number("iosize", 2, 1, 4)));
            }
            default ->
                    throw new LaunchException("'" + driver + "' is not a valid device model name");
        }
    }

    private void disk(KeyedOptions options) {
        options.allow(DISK_KEYS);
        String id = options.get("drive");
        if (id == null) {
            throw new LaunchException("No drive specified");
        }
        Drive drive = storage.take(id);
        if (drive == null) {
            throw new LaunchException("Property 'ide-hd.drive' can't find value '" + id + "'");
        }
        config.disks.add(new DiskDevice(drive, geometry(options)));
    }

    private static @Nullable DiskGeometry geometry(KeyedOptions options) {
        if (options.get("cyls") == null
                && options.get("heads") == null
                && options.get("secs") == null) {
            return null;
        }
        return new DiskGeometry(
                (int) options.number("cyls", 0, 1, 65535),
                (int) options.number("heads", 0, 1, 255),
                (int) options.number("secs", 0, 1, 63));
    }

    private void serial(KeyedOptions options, Given given) {
        options.allow(Set.of("driver", "id", "chardev", "index", "iobase", "irq", "wakeup"));
        String chardev = options.require("chardev");
        if (!config.chardevs.containsKey(chardev)) {
            throw new LaunchException(
                    "Property 'isa-serial.chardev' can't find value '" + chardev + "'");
        }
        for (Serial other : config.serials) {
            if (chardev.equals(other.chardev())) {
                throw new LaunchException(
                        "Property 'isa-serial.chardev' can't take value '"
                                + chardev
                                + "', it's in use");
            }
        }
        int index = (int) options.number("index", -1, 0, 3);
        config.serials.add(new Serial(chardev, index, given));
    }
}
