package dev.ferry.vmm.machine;

import dev.ferry.stream.StreamWriter;
import dev.ferry.stream.io.WireOutput;
import dev.ferry.stream.item.CommandId;
import dev.ferry.stream.item.SectionType;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.stream.ram.RamFeatures;
import dev.ferry.stream.ram.RamSectionWriter;
import dev.ferry.stream.vmstate.DeviceDescription;
import dev.ferry.stream.vmstate.FieldLayout;
import dev.ferry.stream.vmstate.FieldType;
import dev.ferry.stream.vmstate.VmDescription;
import dev.ferry.stream.vmstate.VmStateLayout;
import dev.ferry.vmm.device.DeviceSection;
import dev.ferry.vmm.device.QemuLine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Writes a machine that stands as the main channel of a precopy migration, all in one pass.
 *
 * <pre>
 *  header, configuration, ram START, PART, [SWITCHOVER_START], ram END, devices, end mark,
 *  description
 * </pre>
 */
final class MachineStream {

    private static final int RAM_VERSION = 4;
    private static final int RAM_SECTION = 2;
    private static final int PAGE = 4096;

    private final Machine machine;
    private final List<DeviceSection> devices;
    private final StreamWriter writer;

    private MachineStream(Machine machine, List<DeviceSection> devices, WireOutput out) {
        this.machine = machine;
        this.devices = devices;
        this.writer = new StreamWriter(out, machine.shape().footers());
    }

    static void write(Machine machine, List<DeviceSection> devices, WireOutput out)
            throws IOException {
        new MachineStream(machine, devices, out).write();
    }

    private void write() throws IOException {
        writer.header();
        if (machine.shape().configuration()) {
            writer.configuration(machine.type().name(), List.of());
        }
        ram();
        int id = 0;
        for (DeviceSection device : devices) {
            if (id == RAM_SECTION) {
                id++;
            }
            writer.begin(
                    SectionType.FULL, id++, device.name(), device.instance(), device.version());
            writer.out().bytes(device.body());
            writer.end();
        }
        writer.eof();
        writer.description(description());
    }

    private void ram() throws IOException {
        List<RamBlock> blocks = new ArrayList<>();
        List<dev.ferry.vmm.memory.RamBlock> contents = machine.blocks();
        for (dev.ferry.vmm.memory.RamBlock block : contents) {
            blocks.add(
                    new RamBlock(
                            blocks.size(),
                            block.id(),
                            block.size(),
                            0,
                            OptionalLong.empty(),
                            null));
        }
        RamSectionWriter ram = new RamSectionWriter(writer.out(), PAGE);
        writer.begin(SectionType.START, RAM_SECTION, "ram", 0, RAM_VERSION);
        ram.blockList(blocks, RamFeatures.NONE);
        ram.eos();
        writer.end();
        writer.begin(SectionType.PART, RAM_SECTION, "ram", 0, RAM_VERSION);
        for (RamBlock block : blocks) {
            pages(ram, block, contents.get(block.index()));
        }
        ram.eos();
        writer.end();
        if (machine.shape().switchover()) {
            writer.command(CommandId.SWITCHOVER_START, ByteBuffer.allocate(0));
        }
        writer.begin(SectionType.END, RAM_SECTION, "ram", 0, RAM_VERSION);
        ram.eos();
        writer.end();
    }

    private void pages(RamSectionWriter ram, RamBlock block, dev.ferry.vmm.memory.RamBlock content)
            throws IOException {
        machine.memory().writeBack(content, 0, content.size() / PAGE);
        for (long at = 0; at < content.size(); at += PAGE) {
            ByteBuffer page = content.segment().asSlice(at, PAGE).asByteBuffer();
            if (zero(page)) {
                ram.fill(block, at, 0);
            } else {
                ram.plain(block, at, page, 0);
            }
        }
    }

    private static boolean zero(ByteBuffer page) {
        long all = 0;
        for (int i = 0; i < PAGE; i += 8) {
            all |= page.getLong(i);
        }
        return all == 0;
    }

    private byte[] description() {
        List<DeviceDescription> described = new ArrayList<>();
        for (DeviceSection device : devices) {
            described.add(
                    new DeviceDescription(
                            device.name(), device.instance(), device.layout(), device.oldStyle()));
        }
        return new VmDescription(configuration(), PAGE, described).toJson();
    }

    /** QEMU describes the configuration section since 8.2. */
    private @Nullable VmStateLayout configuration() {
        if (machine.line() == QemuLine.V7_2 || !machine.shape().configuration()) {
            return null;
        }
        int length = machine.type().name().length();
        return new VmStateLayout(
                "configuration",
                1,
                List.of(
                        FieldLayout.scalar("len", FieldType.of("uint32"), 4),
                        FieldLayout.scalar("name", FieldType.of("buffer"), length)),
                List.of());
    }
}
