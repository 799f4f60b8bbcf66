package dev.ferry.testdata.qemu;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.function.Supplier;

/** Waits for a process to connect, but not for one that has ended. */
final class Connections {

    private Connections() {}

    static SocketChannel accept(
            ServerSocketChannel server, Process process, Supplier<String> circumstances)
            throws IOException {
        Deadline deadline = Deadline.start();
        try (Selector selector = Selector.open()) {
            server.configureBlocking(false);
            server.register(selector, SelectionKey.OP_ACCEPT);
            var _ = process.onExit().thenRun(selector::wakeup);
            while (true) {
                boolean alive = process.isAlive();
                SocketChannel accepted = server.accept();
                if (accepted != null) {
                    return accepted;
                }
                if (!alive) {
                    throw new IOException("QEMU does not start" + circumstances.get());
                }
                long millis = deadline.millisLeft();
                if (millis == 0) {
                    throw new IOException("QEMU does not connect" + circumstances.get());
                }
                selector.select(millis);
            }
        }
    }
}
