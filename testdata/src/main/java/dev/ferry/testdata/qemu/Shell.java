package dev.ferry.testdata.qemu;

import java.nio.file.Path;

/** What has to be done to a file's name before a shell reads it. */
final class Shell {

    private Shell() {}

    static String quote(Path file) {
        return "'" + file.toAbsolutePath().toString().replace("'", "'\\''") + "'";
    }
}
