package dev.ferry.sev.stream;

import dev.ferry.stream.MigrationReader;
import dev.ferry.stream.ReaderOptions;
import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.testdata.SevFixture;
import dev.ferry.testdata.SevFixtures;
import java.io.IOException;
import java.util.List;

/** Reads the captures of SEV guests. */
final class Captures {

    private Captures() {}

    static List<SevFixture> all() {
        return SevFixtures.all();
    }

    static WireInput input(String name, byte[] bytes) {
        return new WireInput(new MemorySource(name, bytes));
    }

    /** Reads all of {@code bytes} and returns the closed reader, for what it knows. */
    static MigrationReader read(byte[] bytes, ReaderOptions options) throws IOException {
        try (MigrationReader reader = MigrationReader.of(input("capture", bytes), options)) {
            for (StreamItem item = reader.next(); item != null; item = reader.next()) {
                // What is looked at is what the reader knows in the end.
            }
            return reader;
        }
    }
}
