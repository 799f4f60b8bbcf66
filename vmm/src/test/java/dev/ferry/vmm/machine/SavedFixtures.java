package dev.ferry.vmm.machine;

import dev.ferry.stream.Limits;
import dev.ferry.stream.MigrationReader;
import dev.ferry.stream.ReaderOptions;
import dev.ferry.stream.container.Containers;
import dev.ferry.stream.container.OpenOptions;
import dev.ferry.stream.convert.Rewound;
import dev.ferry.stream.convert.SavedVm;
import dev.ferry.stream.io.InputStreamSource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.testdata.FileKind;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.FixtureFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Captures and files as saved VMs. */
final class SavedFixtures {

    private SavedFixtures() {}

    /** The VM of a capture, from all its channels. */
    static SavedVm open(Fixture fixture) throws IOException {
        FixtureFile main = fixture.main();
        List<Rewound> channels = new ArrayList<>();
        channels.add(
                Rewound.of(
                        Containers.open(main.uncompressedName(), main.open(), OpenOptions.DEFAULT)
                                .stream(),
                        Limits.DEFAULT));
        if (fixture.files().stream().anyMatch(f -> f.kind() == FileKind.FORWARD_CHANNEL)) {
            for (FixtureFile further : fixture.channels().further()) {
                channels.add(
                        Rewound.of(
                                new InputStreamSource(further.uncompressedName(), further.open()),
                                Limits.DEFAULT));
            }
        }
        return SavedVm.read(pages -> {
            MigrationReader reader =
                    MigrationReader.of(
                            new WireInput(channels.getFirst().again()),
                            ReaderOptions.DEFAULT.withPages(pages));
            for (Rewound channel : channels.subList(1, channels.size())) {
                reader.addChannel(new WireInput(channel.again()));
            }
            return reader;
        });
    }

    /** The VM in a file with one channel. */
    static SavedVm open(Path file) throws IOException {
        return SavedVm.read(pages ->
                MigrationReader.of(
                        new WireInput(Containers.open(file).stream()),
                        ReaderOptions.DEFAULT.withPages(pages)));
    }
}
