package dev.ferry.tools.run;

import dev.ferry.tools.ExitCode;
import dev.ferry.tools.run.LaunchConfig.DiskDevice;
import dev.ferry.tools.run.LaunchConfig.Drive;
import dev.ferry.tools.run.LaunchConfig.Given;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code -drive} and what is short for it. */
final class StorageReader {

    private static final Set<String> KEYS =
            Set.of(
                    "file",
                    "if",
                    "id",
                    "format",
                    "readonly",
                    "read-only",
                    "index",
                    "bus",
                    "unit",
                    "media",
                    "snapshot",
                    "cache",
                    "aio",
                    "werror",
                    "rerror",
                    "serial",
                    "discard",
                    "detect-zeroes",
                    "driver",
                    "file.locking",
                    "auto-read-only",
                    "force-share");

    private final LaunchConfig config;
    private final Map<String, Drive> backends = new LinkedHashMap<>();
    private final List<Drive> standard = new ArrayList<>();
    private final Set<String> used = new HashSet<>();

    StorageReader(LaunchConfig config) {
        this.config = config;
    }

    void drive(Given given) {
        KeyedOptions options = KeyedOptions.of(given.value(), null);
        options.allow(KEYS);
        String where = options.get("if", "ide");
        String format = options.get("format", options.get("driver", "raw"));
        if (!format.equals("raw") && !format.equals("file")) {
            throw new LaunchException(
                    "only images of format raw are supported", ExitCode.UNSUPPORTED);
        }
        if (options.flag("snapshot", false)) {
            throw new LaunchException("snapshot=on is not supported", ExitCode.UNSUPPORTED);
        }
        boolean readOnly = options.flag("readonly", options.flag("read-only", false));
        if (options.get("media", "disk").equals("cdrom")) {
            config.notes.add(given.message("there are no CD-ROM drives; ignored"));
            return;
        }
        String id = options.get("id", where + standard.size() + config.flash.size());
        Drive drive = open(id, options.get("file", ""), readOnly, given);
        switch (where) {
            case "none" -> {
                if (backends.put(id, drive) != null) {
                    throw new LaunchException("Duplicate ID '" + id + "' for drive");
                }
            }
            case "ide" -> standard.add(drive);
            case "pflash" -> config.flash.add(drive);
            default ->
                    throw new LaunchException(
                            "machine type does not support if=" + where + ",bus=0,unit=0");
        }
    }

    void disk(Given given) {
        standard.add(open("ide" + standard.size(), given.value(), false, given));
    }

    void flash(Given given) {
        config.flash.add(open("pflash" + config.flash.size(), given.value(), false, given));
    }

    private static Drive open(String id, String file, boolean readOnly, Given given) {
        if (file.isEmpty()) {
            throw new LaunchException("A block device must be specified for \"file\"");
        }
        Path path = Path.of(file);
        if (!Files.exists(path)) {
            throw new LaunchException("Could not open '" + file + "': No such file or directory");
        }
        if (!Files.isReadable(path) || (!readOnly && !Files.isWritable(path))) {
            throw new LaunchException("Could not open '" + file + "': Permission denied");
        }
        return new Drive(id, path, readOnly, given);
    }

    /** The back end of that id, for the one device that uses it; null if there is none. */
    @Nullable Drive take(String id) {
        Drive drive = backends.get(id);
        if (drive != null && !used.add(id)) {
            throw new LaunchException(
                    "Drive '" + id + "' is already in use by another block device");
        }
        return drive;
    }

    /** Makes disks of the drives that need no device. */
    void attachDefaults() {
        int at = 0;
        for (Drive drive : standard) {
            config.disks.add(at++, new DiskDevice(drive, null));
        }
    }
}
