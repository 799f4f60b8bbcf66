package dev.ferry.tools.run;

import dev.ferry.tools.ExitCode;
import dev.ferry.tools.run.LaunchConfig.CharBackend;
import dev.ferry.vmm.chardev.ChardevSpec;
import dev.ferry.vmm.chardev.PtyChardev;
import dev.ferry.vmm.device.Chardev;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.NoSuchFileException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The character devices of one run, by id. */
final class OpenChardevs implements AutoCloseable {

    private final Map<String, Chardev> opened = new LinkedHashMap<>();

    OpenChardevs() {}

    /**
     * Opens one. May wait for a peer.
     *
     * @throws LaunchException if it cannot be had
     */
    void open(String id, CharBackend backend, PrintStream err) {
        Chardev chardev;
        try {
            chardev = backend.spec().open();
        } catch (IOException e) {
            throw new LaunchException(
                    backend.given().message(problem(backend.spec(), e)), ExitCode.IO);
        }
        synchronized (opened) {
            opened.put(id, chardev);
        }
        if (chardev instanceof PtyChardev pty) {
            err.println("char device redirected to " + pty.name() + " (label " + id + ")");
        }
    }

    /** The one of that id; a sink for none. */
    Chardev get(@Nullable String id) {
        synchronized (opened) {
            Chardev chardev = id == null ? null : opened.get(id);
            return chardev == null ? Chardev.NULL : chardev;
        }
    }

    private static String problem(ChardevSpec spec, IOException e) {
        String reason = reason(e);
        return switch (spec) {
            case ChardevSpec.ToFile file -> "Could not open '" + file.path() + "': " + reason;
            case ChardevSpec.Pipe pipe -> "Could not open '" + pipe.path() + "': " + reason;
            case ChardevSpec.Socket socket ->
                    socket.server()
                            ? "Failed to bind socket to " + name(socket.address()) + ": " + reason
                            : "Failed to connect to '" + name(socket.address()) + "': " + reason;
            case ChardevSpec.Null _,
                    ChardevSpec.Stdio _,
                    ChardevSpec.Pty _,
                    ChardevSpec.RingBuffer _ ->
                    reason;
        };
    }

    private static String name(SocketAddress address) {
        return address instanceof InetSocketAddress inet
                ? inet.getHostString() + ":" + inet.getPort()
                : address.toString();
    }

    /** The C library's words, without what Java puts around them. */
    private static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "No such file or directory";
        }
        String message = String.valueOf(e.getMessage());
        int open = message.lastIndexOf('(');
        return open >= 0 && message.endsWith(")")
                ? message.substring(open + 1, message.length() - 1)
                : message;
    }

    /** What was written gets out, and terminals are as they were. */
    @Override
    public void close() {
        synchronized (opened) {
            opened.values().forEach(Chardev::close);
            opened.clear();
        }
    }
}
