package dev.ferry.testdata.qemu;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * QEMU listens, and each file is played into a connection of its own. The connections stay open
 * until QEMU is done: it may answer on the main one, and would take an early end for a failure.
 *
 * @param files what to play, in the order in which to connect
 */
record SocketFeed(List<Path> files) implements Feed {

    SocketFeed {
        files = List.copyOf(files);
    }

    @Override
    public Feeding start(QemuProcess destination) throws IOException {
        Path socket = destination.socket("incoming");
        destination.qmp().execute("migrate-incoming", Map.of("uri", "unix:" + socket));
        Connected connected = new Connected();
        try {
            // All connections before any byte: QEMU 7.2 goes by the order in which they come.
            while (connected.sockets.size() < files.size()) {
                connected.sockets.add(SocketChannel.open(UnixDomainSocketAddress.of(socket)));
            }
            for (int i = 0; i < files.size(); i++) {
                Path file = files.get(i);
                SocketChannel channel = connected.sockets.get(i);
                Thread.ofVirtual().name("feed " + file).start(() -> play(file, channel));
            }
            return connected;
        } catch (Throwable e) {
            connected.close();
            throw e;
        }
    }

    private static void play(Path file, SocketChannel channel) {
        try (FileChannel bytes = FileChannel.open(file)) {
            long size = bytes.size();
            for (long sent = 0; sent < size; ) {
                sent += bytes.transferTo(sent, size - sent, channel);
            }
        } catch (IOException e) {
            // QEMU has hung up; it says why itself, to whoever waits for its verdict.
        }
    }

    private final class Connected implements Feeding {
        private final List<SocketChannel> sockets = new ArrayList<>();

        @Override
        public void close() throws IOException {
            for (SocketChannel socket : sockets) {
                socket.close();
            }
        }

        @Override
        public String toString() {
            return files.toString();
        }
    }
}
