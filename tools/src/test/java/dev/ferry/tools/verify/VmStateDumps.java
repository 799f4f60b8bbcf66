package dev.ferry.tools.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import dev.ferry.testdata.qemu.QemuPeer;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Lets a real QEMU dump its tables, once for each machine. */
final class VmStateDumps {

    private static final String MODULES = "lib/x86_64-linux-gnu/qemu";

    private final Path directory;
    private final Map<String, Path> made = new HashMap<>();

    VmStateDumps(Path directory) {
        this.directory = directory;
    }

    Path of(QemuPeer peer, String machine) throws IOException, InterruptedException {
        String name = peer.release().line() + "-" + machine;
        Path known = made.get(name);
        if (known != null) {
            return known;
        }
        Path dump = directory.resolve(name + ".json");
        Path messages = directory.resolve(name + ".messages");
        List<String> command = new ArrayList<>(peer.command("x86_64"));
        command.addAll(List.of("-M", machine, "-dump-vmstate", dump.toString()));
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectInput(new File("/dev/null"))
                        .redirectErrorStream(true)
                        .redirectOutput(messages.toFile());
        builder.environment().put("QEMU_MODULE_DIR", modules(peer).toString());
        Process process = builder.start();
        if (!process.waitFor(120, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            fail(command + " does not end");
        }
        assertEquals(0, process.exitValue(), () -> command + ": see " + messages);
        made.put(name, dump);
        return dump;
    }

    /**
     * A directory with the release's own modules. Dumping makes QEMU load all modules there are,
     * also those that only another, installed release has, which it then stumbles over; files that
     * are no libraries in the place of these it passes over.
     */
    private Path modules(QemuPeer peer) throws IOException {
        Path directoryOfModules = directory.resolve("modules-" + peer.release().line());
        if (Files.isDirectory(directoryOfModules)) {
            return directoryOfModules;
        }
        Files.createDirectory(directoryOfModules);
        for (Path module : list(peer.prefix().resolve(MODULES))) {
            Files.createSymbolicLink(directoryOfModules.resolve(module.getFileName()), module);
        }
        for (Path module : list(Path.of("/usr", MODULES))) {
            Path here = directoryOfModules.resolve(module.getFileName());
            if (!Files.exists(here)) {
                Files.createFile(here);
            }
        }
        return directoryOfModules;
    }

    private static List<Path> list(Path from) throws IOException {
        if (!Files.isDirectory(from)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(from)) {
            return files.filter(file -> file.toString().endsWith(".so")).toList();
        }
    }
}
