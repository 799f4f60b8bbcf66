package dev.ferry.testdata.qemu;

import java.io.IOException;
import java.util.Map;

/**
 * QEMU fetches the bytes itself.
 *
 * @param uri where, in the syntax of {@code -incoming}
 */
record UriFeed(String uri) implements Feed {

    @Override
    public Feeding start(QemuProcess destination) throws IOException {
        destination.qmp().execute("migrate-incoming", Map.of("uri", uri));
        return new Feeding() {
            @Override
            public void close() {}

            @Override
            public String toString() {
                return uri;
            }
        };
    }
}
