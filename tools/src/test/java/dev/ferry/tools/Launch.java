package dev.ferry.tools;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.TreeMap;

/** Starts commands in one directory and environment. */
final class Launch {

    /** How a command ended and all it said. */
    record Result(int exit, String out, String err) {}

    private final Path directory;
    private final Map<String, String> environment = new TreeMap<>(System.getenv());

    Launch(Path directory) {
        this.directory = directory;
        // The user's own cache is not ours to fill.
        environment.put("XDG_CACHE_HOME", directory.resolve("cache").toString());
        environment.put("JAVA_HOME", System.getProperty("java.home"));
    }

    /** Variables of the commands to come. */
    Map<String, String> environment() {
        return environment;
    }

    /** Leaves nothing on PATH but {@code commands}, and no JAVA_HOME. */
    void withoutJava(String... commands) throws IOException {
        Path bin = Files.createDirectory(directory.resolve("only"));
        for (String command : commands) {
            for (String place : System.getenv("PATH").split(":", -1)) {
                Path program = Path.of(place, command);
                if (Files.isExecutable(program)) {
                    Path wrapper = bin.resolve(command);
                    Files.writeString(wrapper, "#!/bin/sh\nexec " + program + " \"$@\"\n");
                    Files.setPosixFilePermissions(
                            wrapper, PosixFilePermissions.fromString("rwx------"));
                    break;
                }
            }
        }
        environment.put("PATH", bin.toString());
        environment.remove("JAVA_HOME");
    }

    Result run(String... command) throws IOException, InterruptedException {
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectInput(Path.of("/dev/null").toFile())
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        int exit = builder.start().waitFor();
        return new Result(exit, Files.readString(out), Files.readString(err));
    }
}
