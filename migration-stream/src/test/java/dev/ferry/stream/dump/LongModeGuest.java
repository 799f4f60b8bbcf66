package dev.ferry.stream.dump;

import dev.ferry.stream.convert.SavedVm;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The recorded guest in long mode, of two CPUs; see the README beside it. */
final class LongModeGuest {

    private LongModeGuest() {}

    static SavedVm read(Path directory) throws IOException {
        Path file = directory.resolve("longmode-q10.mig.xz");
        try (InputStream in = LongModeGuest.class.getResourceAsStream(file.getFileName() + "")) {
            if (in == null) {
                throw new IOException("no " + file.getFileName());
            }
            Files.copy(in, file);
        }
        return Guests.read(file);
    }
}
