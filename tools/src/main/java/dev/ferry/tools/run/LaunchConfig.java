package dev.ferry.tools.run;

import dev.ferry.tools.input.InputFiles;
import dev.ferry.vmm.boot.DiskGeometry;
import dev.ferry.vmm.chardev.ChardevSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a command line asks for. Filled by {@link LaunchReader}. */
final class LaunchConfig {

    /** RAM where neither -m nor a backend says how much. */
    static final long DEFAULT_RAM = 128L << 20;

    /**
     * An option as it was given, for messages about it.
     *
     * @param option with one dash
     */
    record Given(String option, String value) {
        /** {@code -opt value: reason}. */
        String message(String reason) {
            return option + " " + value + ": " + reason;
        }
    }

    /** An accelerator that may be taken. */
    record Accel(String name, KeyedOptions properties, Given given) {}

    /** A character device, not opened yet. */
    record CharBackend(ChardevSpec spec, Given given) {}

    /**
     * A serial port.
     *
     * @param chardev id of its chardev, or null if there is to be no such port
     * @param index which of the four, from 0, or -1 for the first that is free
     */
    record Serial(@Nullable String chardev, int index, Given given) {}

    /** A disk image or a flash image. */
    record Drive(String id, Path file, boolean readOnly, Given given) {}

    /** A disk on the machine. */
    record DiskDevice(Drive drive, @Nullable DiskGeometry geometry) {}

    /** isa-debug-exit. */
    record DebugExit(int port, int size) {}

    /** A memory backend. */
    record MemoryBackend(
            String id, Kind kind, long bytes, boolean share, @Nullable Path file, Given given) {
        enum Kind {
            RAM,
            FILE,
            MEMFD
        }
    }

    @Nullable String machine;
    @Nullable Given machineGiven;
    final Map<String, String> machineProperties = new LinkedHashMap<>();
    final List<Accel> accels = new ArrayList<>();
    long ram;
    boolean ramGiven;
    int cpus = 1;
    @Nullable Given cpusGiven;

    /** Model, then features. */
    List<String> cpu = List.of("qemu64");

    String name = "";
    @Nullable String uuid;
    final Map<String, MemoryBackend> memory = new LinkedHashMap<>();
    final List<String> numaMemory = new ArrayList<>();
    final Map<String, KeyedOptions> sevGuests = new LinkedHashMap<>();

    @Nullable Path bios;
    @Nullable Path kernel;
    @Nullable String initrd;
    String append = "";
    final List<DiskDevice> disks = new ArrayList<>();
    final List<Drive> flash = new ArrayList<>();
    final List<DebugExit> debugExits = new ArrayList<>();

    @Nullable InputFiles from;
    @Nullable Given incoming;

    final Map<String, CharBackend> chardevs = new LinkedHashMap<>();
    final List<Serial> serials = new ArrayList<>();
    boolean defaults = true;

    boolean stopped;
    boolean reboot = true;
    boolean shutdown = true;
    boolean timestamps;
    @Nullable Path pidFile;

    /** What was asked for and is left out, for stderr. */
    final List<String> notes = new ArrayList<>();

    /** Whether there is anything that a guest could come from. */
    boolean hasGuest() {
        return bios != null
                || kernel != null
                || !disks.isEmpty()
                || !flash.isEmpty()
                || from != null
                || incoming != null;
    }
}
