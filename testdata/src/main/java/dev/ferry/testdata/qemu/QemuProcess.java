package dev.ferry.testdata.qemu;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A running QEMU whose monitor, first serial port and memory a test can use. To be closed: closing
 * kills it, whatever it is doing, and so does the end of this JVM.
 *
 * <p>QEMU connects to sockets that are open before it starts, so there is nothing to poll for.
 */
public final class QemuProcess implements AutoCloseable {
    /** The argument of {@code -serial} that leads to {@link #serial()}. */
    public static final String SERIAL = "chardev:ferry-serial";

    /** The character device behind {@link #SERIAL}, for serial ports that are {@code -device}s. */
    public static final String SERIAL_CHARDEV = "ferry-serial";

    private static final String MONITOR_CHARDEV = "ferry-monitor";

    /** Processor time after which the kernel ends a QEMU that a killed JVM has left behind. */
    private static final int CPU_SECONDS = 900;

    private final QemuPeer peer;
    private final Process process;
    private final PrivateDirectory privateFiles;
    private final Path directory;
    private final QmpClient qmp;
    private final SerialLog serial;
    private final GuestMemory memory;

    private QemuProcess(
            QemuPeer peer,
            Process process,
            PrivateDirectory privateFiles,
            Path directory,
            ServerSocketChannel monitor,
            ServerSocketChannel console)
            throws IOException {
        this.peer = peer;
        this.process = process;
        this.privateFiles = privateFiles;
        this.directory = directory;
        SocketChannel monitorSocket = Connections.accept(monitor, process, this::circumstances);
        SocketChannel consoleSocket = Connections.accept(console, process, this::circumstances);
        serial = SerialLog.open(consoleSocket, this::circumstances);
        qmp = QmpClient.open(monitorSocket, this::circumstances);
        memory = new GuestMemory(qmp, process.pid(), privateFiles.path());
    }

    /**
     * Starts an x86 emulator and waits until its monitor answers.
     *
     * @param directory where relative names in the arguments lead
     * @param arguments everything but the program, the monitor and what {@link QemuPeer#command}
     *     has; {@code -serial} {@link #SERIAL} among them, if there is to be a serial port
     * @throws IOException if it ends at once, with what it wrote to its standard error
     */
    public static QemuProcess start(QemuPeer peer, Path directory, List<String> arguments)
            throws IOException {
        return start(peer, "x86_64", directory, arguments);
    }

    /** Starts the emulator of a target and waits until its monitor answers. */
    public static QemuProcess start(
            QemuPeer peer, String target, Path directory, List<String> arguments)
            throws IOException {
        PrivateDirectory files = PrivateDirectory.create();
        try (ServerSocketChannel monitor = listen(files.file("monitor"));
                ServerSocketChannel console = listen(files.file("serial"))) {
            List<String> command = new ArrayList<>();
            // The shell replaces itself, so that the process id is QEMU's.
            command.addAll(
                    List.of("/bin/sh", "-c", "ulimit -t " + CPU_SECONDS + "; exec \"$@\"", "sh"));
            command.addAll(peer.command(target));
            command.addAll(
                    List.of(
                            "-chardev",
                            "socket,id=" + MONITOR_CHARDEV + ",path=" + files.file("monitor"),
                            "-mon",
                            "chardev=" + MONITOR_CHARDEV + ",mode=control",
                            "-chardev",
                            "socket,id=" + SERIAL_CHARDEV + ",path=" + files.file("serial"),
                            "-D",
                            files.file(HostAddresses.ALLOCATIONS).toString(),
                            "-trace",
                            "qemu_anon_ram_alloc"));
            command.addAll(arguments);
            ProcessBuilder builder =
                    new ProcessBuilder(command)
                            .directory(directory.toFile())
                            .redirectInput(
                                    ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                            .redirectErrorStream(true)
                            .redirectOutput(files.file("messages").toFile());
            peer.prepare(builder.environment());
            Process process = builder.start();
            Running.add(process);
            try {
                return new QemuProcess(peer, process, files, directory, monitor, console);
            } catch (Throwable e) {
                Running.kill(process);
                throw e;
            }
        } catch (Throwable e) {
            files.delete();
            throw e;
        }
    }

    /** The emulator that runs. */
    public QemuPeer peer() {
        return peer;
    }

    /** The monitor. */
    public QmpClient qmp() {
        return qmp;
    }

    /** What the guest prints, if the arguments lead its serial port here. */
    public SerialLog serial() {
        return serial;
    }

    /** The guest's memory. */
    public GuestMemory memory() {
        return memory;
    }

    /** The working directory: where relative names in commands lead. */
    public Path directory() {
        return directory;
    }

    /** The process id. */
    public long pid() {
        return process.pid();
    }

    /** What QEMU has written to its standard output and error up to now. */
    public String messages() throws IOException {
        return Files.readString(privateFiles.file("messages"));
    }

    /**
     * Lets the guest run; it may have been stopped or just been loaded.
     *
     * @throws QmpException if QEMU refuses
     */
    public void resume() throws IOException {
        qmp.execute("cont");
    }

    /** Stops the guest's CPUs. */
    public void stop() throws IOException {
        qmp.execute("stop");
    }

    /** Waits until QEMU has ended by itself; returns its exit status. */
    public int awaitExit() throws IOException {
        try {
            if (!process.waitFor(Deadline.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new IOException("QEMU still runs" + circumstances());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            throw Deadline.interrupted();
        }
    }

    /** A name for a socket of a test's own, short enough for one, gone when this is closed. */
    Path socket(String name) {
        return privateFiles.file(name);
    }

    @Override
    public void close() throws IOException {
        Running.kill(process);
        try (qmp;
                serial) {
            // Only to be closed.
        } finally {
            privateFiles.delete();
        }
    }

    /** What QEMU said and how it ended, to be put behind a message about it. */
    private String circumstances() {
        try {
            // A closed socket is seen a little before the end of the process that had it.
            String status =
                    process.waitFor(5, TimeUnit.SECONDS)
                            ? "exit status " + process.exitValue()
                            : "still running";
            return "; " + peer + ", " + status + ", said: '" + messages().strip() + "'";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        } catch (IOException e) {
            return "; its messages cannot be read: " + e;
        }
    }

    private static ServerSocketChannel listen(Path socket) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            return server.bind(UnixDomainSocketAddress.of(socket));
        } catch (Throwable e) {
            server.close();
            throw e;
        }
    }
}
