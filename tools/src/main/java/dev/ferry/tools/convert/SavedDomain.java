package dev.ferry.tools.convert;

import dev.ferry.stream.container.DomainXml;
import dev.ferry.stream.convert.SavedSection;
import dev.ferry.stream.convert.SavedVm;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.tools.cli.UsageException;
import dev.ferry.tools.inspect.GlobalState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;

/** What a stream tells of the libvirt domain that it could be. */
final class SavedDomain {

    private final SavedVm vm;

    SavedDomain(SavedVm vm) {
        this.vm = vm;
    }

    /** Whether the guest was running when it was saved. */
    boolean running() throws IOException {
        SavedSection state = vm.device(GlobalState.SECTION, 0);
        if (state == null) {
            return true;
        }
        GlobalState global = GlobalState.of(state.state().root());
        return global == null || global.runstate().equals("running");
    }

    /**
     * A domain description with the least that libvirt wants.
     *
     * @param input the input's name, which gives the domain's
     */
    String xml(String input) {
        String machine = vm.machine();
        boolean x86 =
                machine.startsWith("pc-") || machine.equals("microvm") || machine.equals("isapc");
        if (!x86) {
            throw new UsageException(
                    "which architecture machine '"
                            + machine
                            + "' is of, the stream does not tell: give the domain XML with --xml");
        }
        UUID uuid =
                vm.configuration()
                        .flatMap(StreamItem.Configuration::uuid)
                        .orElseGet(UUID::randomUUID);
        return new DomainXml(
                        DomainXml.Accelerator.QEMU,
                        name(input),
                        uuid,
                        "x86_64",
                        machine,
                        memory(),
                        Math.max(1, cpus()))
                .generate();
    }

    /** The input's file name without what is behind its first dot. */
    private static String name(String input) {
        Path file = Path.of(input).getFileName();
        String name = file == null ? "" : file.toString();
        int dot = name.indexOf('.');
        String stem = dot > 0 ? name.substring(0, dot) : name;
        return stem.isEmpty() || stem.equals("-") || stem.indexOf('\n') >= 0 ? "ferry" : stem;
    }

    /** Main memory: the board's own block, or what the user named himself. */
    private long memory() {
        long backends = 0;
        for (RamBlock block : vm.blocks()) {
            if (block.id().equals("pc.ram") || block.id().equals("microvm.ram")) {
                return block.usedLength();
            }
            if (block.id().indexOf('.') < 0 && block.id().indexOf('/') < 0) {
                backends += block.usedLength();
            }
        }
        return Math.max(1024, backends & -1024);
    }

    private int cpus() {
        int cpus = 0;
        for (SavedSection device : vm.devices()) {
            cpus += device.name().equals("cpu_common") ? 1 : 0;
        }
        return cpus;
    }
}
