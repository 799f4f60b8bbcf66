package dev.ferry.testdata.qemu;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A way for a migration out of a QEMU and into files: a capture. */
public final class Outgoing {
    private final Sink sink;

    private Outgoing(Sink sink) {
        this.sink = sink;
    }

    /** A stream through a pipe, as every release writes it. */
    public static Outgoing pipe(Path file) {
        return new Outgoing(new UriSink("exec:cat > " + Shell.quote(file), file));
    }

    /** A file that QEMU opens itself: what mapped-ram needs. Not before QEMU 8.2. */
    public static Outgoing file(Path file) {
        return new Outgoing(new UriSink("file:" + file.toAbsolutePath(), file));
    }

    /**
     * Sockets, as to another host, with nobody behind them who would answer. The main channel goes
     * into the named file, the others into {@code MAIN.ch1}, {@code MAIN.ch2} and so on, in the
     * order in which QEMU connects.
     */
    public static Outgoing channels(Path main) {
        return new Outgoing(new SocketSink(main));
    }

    /**
     * Migrates a guest, which may be running, and waits for the end. The guest is stopped then.
     *
     * @return the files, the main channel first
     * @throws IOException if the migration fails, with QEMU's words
     */
    public List<Path> save(QemuProcess source, MigrationSettings settings) throws IOException {
        QmpClient qmp = source.qmp();
        settings.apply(qmp);
        try (Sink.Open open = sink.open(source)) {
            qmp.execute("migrate", Map.of("uri", open.uri()));
            if (!qmp.awaitMigration("completed", "failed").equals("completed")) {
                throw new IOException(
                        source.peer()
                                + " cannot save to "
                                + open.uri()
                                + ": "
                                + qmp.execute("query-migrate").path("error-desc").asText()
                                + ", said: '"
                                + source.messages().strip()
                                + "'");
            }
            return open.files();
        }
    }
}
