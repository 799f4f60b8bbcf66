package dev.ferry.stream.vmstate;

import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.Place;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * What {@code qemu-system-TARGET -M MACHINE -dump-vmstate FILE} wrote: the tables of all device
 * types which that QEMU can make. What is no device in QEMU's sense is not in it: CPUs, timers, the
 * run state and others that register their state themselves.
 */
public final class VmStateDump {

    private final String machine;
    private final Map<String, VmStateTable> devices;
    private final Map<String, List<VmStateTable>> byName = new HashMap<>();

    VmStateDump(String machine, Map<String, VmStateTable> devices) {
        this.machine = machine;
        this.devices = new LinkedHashMap<>(devices);
        for (VmStateTable table : devices.values()) {
            List<VmStateTable> same = byName.computeIfAbsent(table.name(), _ -> new ArrayList<>(1));
            if (!same.contains(table)) {
                same.add(table);
            }
        }
    }

    /**
     * Reads a dump.
     *
     * @param name the file's name, for errors
     * @throws MalformedStreamException if it is no JSON or no dump
     */
    public static VmStateDump parse(byte[] json, String name) throws MalformedStreamException {
        VmStateDump dump = new DumpVmstateParser(new Place(name, 0, "")).parse(json);
        if (dump.machine.isEmpty()) {
            throw new MalformedStreamException(
                    "vmstate dump: expected a member 'vmschkmachine' with the machine's name, found"
                            + " none",
                    new Place(name, 0, ""));
        }
        return dump;
    }

    /** The machine type it was made with; aliases are resolved. */
    public String machine() {
        return machine;
    }

    /** Tables by device type. Types without a table are not in it. */
    public Map<String, VmStateTable> devices() {
        return Map.copyOf(devices);
    }

    /** Tells all device types with their tables, in the dump's order. */
    void forEach(BiConsumer<String, VmStateTable> action) {
        devices.forEach(action);
    }

    /**
     * The different tables of this vmsd name: none if no device type has it, several where device
     * types share a name and not a table.
     */
    public List<VmStateTable> tables(String vmsdName) {
        return List.copyOf(byName.getOrDefault(vmsdName, List.of()));
    }
}
