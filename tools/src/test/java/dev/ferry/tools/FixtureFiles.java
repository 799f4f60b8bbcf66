package dev.ferry.tools;

import dev.ferry.testdata.Channels;
import dev.ferry.testdata.FileKind;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.FixtureFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Unpacks a capture and names its files as a user would. */
public final class FixtureFiles {

    private FixtureFiles() {}

    /** The main file with all further channels, after {@code verb}, before {@code options}. */
    public static List<String> command(
            Fixture fixture, Path directory, List<String> verb, String... options)
            throws IOException {
        Map<FixtureFile, Path> files = fixture.unpack(directory);
        List<String> args = new ArrayList<>(verb);
        args.add(String.valueOf(files.get(fixture.main())));
        boolean recorded =
                fixture.files().stream().anyMatch(f -> f.kind() == FileKind.FORWARD_CHANNEL);
        if (recorded) {
            Channels channels = fixture.channels();
            for (FixtureFile channel : channels.further()) {
                args.add("--channel");
                args.add(String.valueOf(files.get(channel)));
            }
            for (FixtureFile reverse : channels.reverse()) {
                args.add("--reverse");
                args.add(String.valueOf(files.get(reverse)));
            }
        }
        args.addAll(List.of(options));
        return args;
    }
}
