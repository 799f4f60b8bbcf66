package dev.ferry.testdata.qemu;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Records each connection that QEMU opens into a file of its own.
 *
 * @param main the file of the first connection
 */
record SocketSink(Path main) implements Sink {
    private static final int PIECE = 1 << 20;

    @Override
    public Open open(QemuProcess source) throws IOException {
        return new Recorder(source.socket("outgoing"), source.socket("outgoing-end"));
    }

    private final class Recorder implements Open {
        private final Path socket;
        private final ServerSocketChannel server;
        private final UnixDomainSocketAddress end;
        private final CompletableFuture<List<CompletableFuture<Path>>> recordings =
                new CompletableFuture<>();

        Recorder(Path socket, Path end) throws IOException {
            this.socket = socket;
            this.end = UnixDomainSocketAddress.of(end);
            server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            server.bind(UnixDomainSocketAddress.of(socket));
            Thread.ofVirtual().name("recorder").start(this::acceptAll);
        }

        @Override
        public String uri() {
            return "unix:" + socket;
        }

        @Override
        public List<Path> files() throws IOException {
            // A short channel can be over before it is accepted. Connections are accepted in their
            // order, so when it is this one's turn there is none left.
            try (SocketChannel last = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                last.bind(end);
                last.connect(UnixDomainSocketAddress.of(socket));
                List<Path> files = new ArrayList<>();
                for (CompletableFuture<Path> recording : complete(recordings)) {
                    files.add(complete(recording));
                }
                return files;
            }
        }

        @Override
        public void close() throws IOException {
            server.close();
        }

        private void acceptAll() {
            List<CompletableFuture<Path>> made = new ArrayList<>();
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                SocketChannel accepted = server.accept();
                for (; !end.equals(accepted.getRemoteAddress()); accepted = server.accept()) {
                    SocketChannel channel = accepted;
                    Path file = made.isEmpty() ? main : further(made.size());
                    made.add(CompletableFuture.supplyAsync(() -> record(channel, file), threads));
                }
                accepted.close();
                recordings.complete(made);
            } catch (IOException e) {
                recordings.completeExceptionally(e);
            }
        }
    }

    private Path further(int number) {
        return main.resolveSibling(main.getFileName() + ".ch" + number);
    }

    private static Path record(SocketChannel accepted, Path file) {
        try (accepted;
                FileChannel out =
                        FileChannel.open(
                                file,
                                StandardOpenOption.CREATE,
                                StandardOpenOption.TRUNCATE_EXISTING,
                                StandardOpenOption.WRITE)) {
            long done = 0;
            for (long moved = 1; moved > 0; done += moved) {
                moved = out.transferFrom(accepted, done, PIECE);
            }
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static <T> T complete(CompletableFuture<T> recording) throws IOException {
        try {
            return recording.get(Deadline.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw Deadline.interrupted();
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("a channel could not be recorded", e);
        }
    }
}
