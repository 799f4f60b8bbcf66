package dev.ferry.stream.container;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.Closeable;
import java.io.IOException;
import java.io.Writer;
import java.lang.module.ModuleDescriptor.Version;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A {@code virsh} with libvirt's QEMU driver inside it ({@code qemu:///embed}): no daemon, no
 * systemd, nothing of the system's configuration, and all its files in one directory.
 *
 * <p>Domains live as long as this does. Where the tests run as root, it runs as nobody: libvirt
 * takes root for the privileged case, which wants a user account of its own.
 */
final class Virsh implements Closeable {

    private static final String NOBODY = "65534";

    /** A directory with another libvirt than the installed one in {@code usr}. */
    private static final @Nullable String UNPACKED = System.getenv("FERRY_LIBVIRT");

    private final Path root;
    private final Process process;
    private final Writer commands;
    private final Received output;
    private int count;

    private Virsh(Path root, Process process) {
        this.root = root;
        this.process = process;
        this.commands = process.outputWriter(StandardCharsets.UTF_8);
        this.output = new Received("virsh", process::getInputStream);
    }

    /** Gives the test up when libvirt or QEMU is missing; fails it where CI promised them. */
    static void require() throws IOException {
        Tool.require("qemu-system-x86_64");
        if (UNPACKED != null) {
            return;
        }
        Tool.require("virsh");
        Path libraries = Path.of("/usr/lib");
        try (var drivers = Files.newDirectoryStream(libraries, "{libvirt,*-linux-*,../lib64}")) {
            for (Path directory : drivers) {
                Path base = directory.endsWith("libvirt") ? libraries : directory;
                String driver = "libvirt/connection-driver/libvirt_driver_qemu.so";
                if (Files.exists(base.resolve(driver))) {
                    return;
                }
            }
        }
        Tool.missing("libvirt's QEMU driver");
    }

    /**
     * @param root an empty directory, whose path is short: sockets lie in it
     */
    static Virsh start(Path root) throws IOException {
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxrwxrwx"));
        Path configuration = Files.createDirectory(root.resolve("etc"));
        // QEMU's own messages go to a file and not to another daemon.
        Files.writeString(configuration.resolve("qemu.conf"), "stdio_handler = \"file\"\n");
        List<String> command = new ArrayList<>();
        if (Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0)) {
            command.addAll(List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY));
            command.add("--clear-groups");
        }
        command.add(UNPACKED == null ? "virsh" : UNPACKED + "/usr/bin/virsh");
        command.addAll(List.of("-q", "-c", "qemu:///embed?root=" + root));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        if (UNPACKED != null) {
            String libraries = UNPACKED + "/usr/lib/x86_64-linux-gnu";
            builder.environment().put("LD_LIBRARY_PATH", libraries);
            builder.environment()
                    .put("LIBVIRT_DRIVER_DIR", libraries + "/libvirt/connection-driver");
        }
        for (String home : List.of("HOME", "XDG_RUNTIME_DIR", "XDG_CACHE_HOME")) {
            builder.environment().put(home, root.toString());
        }
        return new Virsh(root, builder.start());
    }

    /** What the command prints, line by line; it must not fail. */
    List<String> run(String command) throws IOException {
        // virsh repeats its input among its output: what it is to print must not be in there.
        String end = "end of command " + ++count + ".";
        int begin = output.await(text -> true).length();
        commands.write(command + "\necho 'end'' of command " + count + ".'\n");
        commands.flush();
        String all = output.await(text -> text.indexOf(end, begin) >= 0);
        String answer = all.substring(begin, all.indexOf(end, begin));
        assertFalse(answer.contains("error:"), () -> command + ": " + answer);
        return answer.lines().map(String::strip).toList();
    }

    /** Whether this libvirt has the formats zstd and sparse; the latter came with 11.2. */
    boolean knowsEveryFormat() throws IOException {
        String prefix = "Using library: libvirt ";
        for (String line : run("version")) {
            if (line.startsWith(prefix)) {
                return Version.parse(line.substring(prefix.length()))
                                .compareTo(Version.parse("11.2"))
                        >= 0;
            }
        }
        throw new IllegalStateException("virsh does not tell its version");
    }

    /** Ends the domains that a failed test left behind. */
    void destroyAll() throws IOException {
        for (String line : run("list --uuid")) {
            if (line.matches("[0-9a-f]{8}-[0-9a-f-]{27}")) {
                run("destroy " + line);
            }
        }
    }

    /** A file in the directory that libvirt and QEMU may read. */
    Path file(String name, byte[] content) throws IOException {
        return Files.write(root.resolve(name), content);
    }

    @Override
    public void close() throws IOException {
        commands.close();
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } finally {
            // Of a failed test: nobody else has this directory among its arguments.
            ProcessHandle.allProcesses()
                    .filter(other -> hasArgument(other, root.toString()))
                    .forEach(ProcessHandle::destroyForcibly);
        }
    }

    private static boolean hasArgument(ProcessHandle process, String text) {
        return process.info().commandLine().filter(line -> line.contains(text)).isPresent();
    }
}
