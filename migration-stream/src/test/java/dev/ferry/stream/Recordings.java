package dev.ferry.stream;

import dev.ferry.stream.container.Containers;
import dev.ferry.stream.container.OpenOptions;
import dev.ferry.stream.io.InputStreamSource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.testdata.FileKind;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.FixtureFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Opens fixtures as a user would: every channel, whatever its container. */
public final class Recordings {

    private Recordings() {}

    /** A reader over all channels of a fixture. */
    public static MigrationReader open(Fixture fixture, ReaderOptions options) throws IOException {
        FixtureFile main = fixture.main();
        MigrationReader reader =
                MigrationReader.of(
                        new WireInput(
                                Containers.open(
                                        main.uncompressedName(), main.open(), OpenOptions.DEFAULT)
                                        .stream()),
                        options);
        if (fixture.files().stream().noneMatch(f -> f.kind() == FileKind.FORWARD_CHANNEL)) {
            return reader;
        }
        for (FixtureFile further : fixture.channels().further()) {
            reader.addChannel(channel(further));
        }
        for (FixtureFile reverse : fixture.channels().reverse()) {
            reader.addReturnPath(channel(reverse));
        }
        return reader;
    }

    private static WireInput channel(FixtureFile file) throws IOException {
        return new WireInput(new InputStreamSource(file.uncompressedName(), file.open()));
    }

    /** Reads to the end. */
    public static List<StreamItem> items(MigrationReader reader) throws IOException {
        List<StreamItem> items = new ArrayList<>();
        for (StreamItem item = reader.next(); item != null; item = reader.next()) {
            items.add(item);
        }
        return items;
    }
}
