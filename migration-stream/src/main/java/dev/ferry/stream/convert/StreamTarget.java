package dev.ferry.stream.convert;

import dev.ferry.stream.Place;
import dev.ferry.stream.StreamWriter;
import dev.ferry.stream.UnsupportedStreamException;
import dev.ferry.stream.io.WireOutput;
import dev.ferry.stream.item.CommandId;
import dev.ferry.stream.item.SectionType;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.ram.RamFeatures;
import dev.ferry.stream.vmstate.DeviceDescription;
import dev.ferry.stream.vmstate.VmDescription;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes a saved VM as the main channel of a precopy migration, as its source would have sent it
 * with the guest stopped: everything in one pass.
 *
 * <pre>
 *  header, configuration, early devices, START of live sections, PART, [SWITCHOVER_START],
 *  END, devices, end mark, description
 * </pre>
 */
public final class StreamTarget {

    private static final int RAM_VERSION = 4;
    private static final String MAPPED_RAM = "mapped-ram";
    private static final String IGNORE_SHARED = "x-ignore-shared";

    private final SavedVm vm;
    private final StreamWriter writer;
    private final RamTarget ram;

    private StreamTarget(SavedVm vm, WireOutput out, RamTarget ram) {
        this.vm = vm;
        this.writer = new StreamWriter(out, vm.footers());
        this.ram = ram;
    }

    /**
     * Writes {@code vm} to {@code out}, its memory to {@code ram}. The caller flushes.
     *
     * @throws UnsupportedStreamException if the VM cannot be written that way
     */
    public static void write(SavedVm vm, WireOutput out, RamTarget ram) throws IOException {
        new StreamTarget(vm, out, ram).write();
    }

    private void write() throws IOException {
        List<String> capabilities = capabilities();
        writer.header();
        StreamItem.@Nullable Configuration configuration = vm.configuration().orElse(null);
        if (configuration != null) {
            writer.configuration(with(configuration, capabilities));
        } else if (!capabilities.isEmpty()) {
            throw unsupported(
                    "the stream has no configuration section, which capability "
                            + capabilities.getFirst()
                            + " must be announced in");
        }
        if (hasDirtyBitmaps()) {
            // The destination expects it with capability dirty-bitmaps; postcopy itself is over.
            writer.command(CommandId.POSTCOPY_ADVISE, ByteBuffer.allocate(0));
        }
        for (SavedSection device : vm.early()) {
            section(device);
        }
        live(SectionType.START);
        live(SectionType.PART);
        if (vm.switchover()) {
            writer.command(CommandId.SWITCHOVER_START, ByteBuffer.allocate(0));
        }
        live(SectionType.END);
        for (SavedSection device : vm.devices()) {
            section(device);
        }
        writer.eof();
        writer.description(description(capabilities));
    }

    /** What the configuration section must list. */
    private List<String> capabilities() throws UnsupportedStreamException {
        List<String> capabilities = new ArrayList<>();
        if (vm.configuration().isPresent()) {
            capabilities.addAll(vm.configuration().get().capabilities());
        }
        capabilities.remove(MAPPED_RAM);
        for (String capability : capabilities) {
            if (ram.excludes().contains(capability)) {
                throw unsupported(
                        "capability " + capability + " does not go with " + ram.capability());
            }
        }
        if (ram.capability() != null) {
            capabilities.add(ram.capability());
        }
        return capabilities;
    }

    private UnsupportedStreamException unsupported(String problem) {
        return new UnsupportedStreamException(problem, new Place(vm.name(), 0, "configuration"));
    }

    private static StreamItem.Configuration with(
            StreamItem.Configuration configuration, List<String> capabilities) {
        return new StreamItem.Configuration(
                configuration.channel(),
                configuration.at(),
                configuration.length(),
                configuration.machine(),
                capabilities,
                configuration.uuid(),
                configuration.targetPageBits());
    }

    private boolean hasDirtyBitmaps() {
        for (SavedSection section : vm.live()) {
            if (section.name().equals("dirty-bitmap")) {
                return true;
            }
        }
        return false;
    }

    /** Writes all live sections of one type, RAM in its place among them. */
    private void live(SectionType type) throws IOException {
        int before = 0;
        boolean ramDone = false;
        for (SavedSection section : vm.live()) {
            if (section.type() != type) {
                continue;
            }
            if (!ramDone && before == vm.ram().position()) {
                ram(type);
                ramDone = true;
            }
            section(section);
            before++;
        }
        if (!ramDone) {
            ram(type);
        }
    }

    private void ram(SectionType type) throws IOException {
        writer.begin(type, vm.ram().id(), "ram", 0, RAM_VERSION);
        boolean ignoresShared =
                vm.configuration().isPresent()
                        && vm.configuration().get().capabilities().contains(IGNORE_SHARED);
        switch (type) {
            case START -> ram.start(writer.out(), new RamFeatures(ignoresShared, false, 0));
            case PART -> ram.part(writer.out());
            case END -> ram.end(writer.out());
            case FULL -> throw new IllegalArgumentException("RAM is no device");
        }
        writer.end();
    }

    private void section(SavedSection section) throws IOException {
        writer.begin(
                section.type(),
                section.id(),
                section.name(),
                section.instance(),
                section.version());
        section.body().writeTo(writer.out());
        writer.end();
    }

    private byte[] description(List<String> capabilities) throws IOException {
        List<String> before =
                vm.configuration().map(StreamItem.Configuration::capabilities).orElse(List.of());
        if (vm.description().isPresent()) {
            return capabilities.equals(before)
                    ? vm.description().get().text()
                    : ConfigurationDescription.with(vm.description().get().parse(), capabilities)
                            .toJson();
        }
        // A stream without one (postcopy has none) gets what its source would have written.
        List<DeviceDescription> devices = new ArrayList<>();
        for (SavedSection device : vm.early()) {
            devices.add(device.description());
        }
        for (SavedSection device : vm.devices()) {
            devices.add(device.description());
        }
        return new VmDescription(null, vm.pageSize(), devices).toJson();
    }
}
