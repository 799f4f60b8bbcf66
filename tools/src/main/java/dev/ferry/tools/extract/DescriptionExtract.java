package dev.ferry.tools.extract;

import dev.ferry.stream.MigrationReader;
import dev.ferry.stream.Place;
import dev.ferry.stream.UnsupportedStreamException;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.ram.PageSink;
import dev.ferry.tools.cli.Console;
import dev.ferry.tools.cli.Progress;
import dev.ferry.tools.input.InputFiles;
import dev.ferry.tools.input.MigrationInput;
import dev.ferry.tools.output.Output;
import java.io.IOException;

/** Takes the device description out of an input. */
final class DescriptionExtract {

    /** Tag and length before the JSON. */
    private static final int HEAD = 5;

    private DescriptionExtract() {}

    static void write(InputFiles files, Output output, Console console) throws IOException {
        try (MigrationInput input = MigrationInput.open(files, console.in(), PageSink.NONE)) {
            StreamItem.Description description = null;
            MigrationReader reader = input.reader();
            try (Progress progress = new Progress(console, files.main(), input.main().size())) {
                input.main().onProgress(progress);
                for (StreamItem item = reader.next(); item != null; item = reader.next()) {
                    if (item instanceof StreamItem.Description found) {
                        description = found;
                    }
                }
            }
            if (description == null) {
                throw new UnsupportedStreamException(
                        "the stream has no description", new Place(files.main(), 0, ""));
            }
            output.write(text(input, description));
            output.write(new byte[] {'\n'});
        }
    }

    private static byte[] text(MigrationInput input, StreamItem.Description description)
            throws IOException {
        if (description.channel() == 0 && input.main().source().seekable()) {
            // As it stands there, not as we would write it.
            input.main().seek(description.at() + HEAD);
            return input.main().bytes((int) description.length(), "description");
        }
        return description.index().parse().toJson();
    }
}
