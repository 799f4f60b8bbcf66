package dev.ferry.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged command as a user starts it: an installed copy, through the launcher. */
class LauncherIT {

    private static final Path IMAGE = Path.of("target", "image");

    /** For tests that leave it as it is: its archive is made only once. */
    @TempDir static Path shared;

    @TempDir Path directory;

    private Launch launch;

    @BeforeAll
    static void install() throws IOException {
        copy(IMAGE, shared.resolve("ferry 1"));
    }

    @BeforeEach
    void setUp() {
        launch = new Launch(directory);
    }

    private static String ferry() {
        return shared.resolve("ferry 1").resolve("ferry").toString();
    }

    /** An installation of the test's own. */
    private Path anotherInstallation() throws IOException {
        Path installed = directory.resolve("installed");
        copy(IMAGE, installed);
        return installed;
    }

    @Test
    void stoppedCommandLeavesNoFile() throws IOException, InterruptedException {
        Path outputs = Files.createDirectory(directory.resolve("outputs"));
        try (WatchService watch = outputs.getFileSystem().newWatchService()) {
            outputs.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
            ProcessBuilder builder =
                    new ProcessBuilder(
                            ferry(),
                            "convert",
                            "-",
                            "-o",
                            outputs.resolve("vm").toString(),
                            "--to",
                            "stream");
            builder.environment().putAll(launch.environment());
            Process process = builder.start();
            // It has begun its output, and waits for an input that never comes.
            assertNotNull(watch.poll(1, TimeUnit.MINUTES), "no output was begun");
            process.destroy();
            assertTrue(process.waitFor(1, TimeUnit.MINUTES), "it does not end");
            assertEquals(143, process.exitValue());
        }
        try (Stream<Path> left = Files.list(outputs)) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    void versionIsPrintedFromAnyDirectory() throws Exception {
        Launch.Result result = launch.run(ferry(), "--version");
        assertEquals(new Launch.Result(0, "ferry " + Version.NUMBER + "\n", ""), result);
    }

    @Test
    void chainOfSymlinksLeadsToTheInstallation() throws Exception {
        Path absolute = Files.createSymbolicLink(shared.resolve("link"), Path.of("ferry 1"));
        Path bin = Files.createDirectory(shared.resolve("bin"));
        Files.createSymbolicLink(bin.resolve("first"), absolute.resolve("ferry"));
        Files.createSymbolicLink(bin.resolve("ferry"), Path.of("first"));
        assertEquals(0, launch.run(bin.resolve("ferry").toString(), "--version").exit());
    }

    @Test
    void unknownVerbIsWrongUsage() throws Exception {
        Launch.Result result = launch.run(ferry(), "no-such-verb");
        assertEquals(ExitCode.USAGE.code(), result.exit());
        assertEquals("", result.out());
        assertTrue(result.err().contains("no-such-verb"), result.err());
    }

    @Test
    void classesComeFromTheArchiveMadeOnFirstUse() throws Exception {
        assertEquals(0, launch.run(ferry(), "--version").exit());
        try (Stream<Path> made = Files.list(shared.resolve("ferry 1/cache"))) {
            List<Path> archives = made.toList();
            assertEquals(1, archives.size(), archives.toString());
            assertTrue(Files.size(archives.getFirst()) > 0);
        }
        Path log = directory.resolve("loaded");
        launch.environment().put("FERRY_JAVA_OPTIONS", "-Xlog:class+load:file=" + log);
        assertEquals(0, launch.run(ferry(), "--help").exit());
        List<String> own =
                Files.readAllLines(log).stream()
                        .filter(line ->
                                line.contains(" dev.ferry.tools.")
                                        || line.contains(" picocli.CommandLine "))
                        .toList();
        assertTrue(own.size() > 2, own.toString());
        assertEquals(
                List.of(),
                own.stream().filter(line -> !line.contains("shared objects file")).toList());
        assertEquals(
                List.of(),
                Files.readAllLines(log).stream()
                        .filter(line -> line.contains(" source: file:") && line.contains("/bc"))
                        .toList(),
                "a start that needs no cryptography opens none of its jars");
    }

    @Test
    void installationAndHomeThatCannotBeWrittenToAreNoObstacle() throws Exception {
        Path installed = anotherInstallation();
        // Files where directories would have to be made: that stops root as well.
        Files.writeString(installed.resolve("cache"), "");
        launch.environment().put("XDG_CACHE_HOME", installed.resolve("cache").toString());
        Launch.Result result = launch.run(installed.resolve("ferry").toString(), "--version");
        assertEquals(new Launch.Result(0, "ferry " + Version.NUMBER + "\n", ""), result);
    }

    @Test
    void archiveGoesToTheUsersCacheWhenTheInstallationIsReadOnly() throws Exception {
        Path installed = anotherInstallation();
        Files.writeString(installed.resolve("cache"), "");
        Path cache = directory.resolve("user cache");
        launch.environment().put("XDG_CACHE_HOME", cache.toString());
        assertEquals(0, launch.run(installed.resolve("ferry").toString(), "--version").exit());
        try (Stream<Path> made = Files.list(cache.resolve("ferry"))) {
            assertEquals(1, made.count());
        }
    }

    @Test
    void fullOutputIsOneLineAndAnIoError() throws Exception {
        Launch.Result result = launch.run("sh", "-c", "'" + ferry() + "' --help >/dev/full");
        assertEquals(ExitCode.IO.code(), result.exit());
        assertEquals(1, result.err().lines().count(), result.err());
        assertTrue(result.err().startsWith("ferry: standard output: "), result.err());
    }

    @Test
    void readerThatLeavesIsNoFault() throws Exception {
        // The shell passes its end of the pipe on only when nobody is left at the other.
        Launch.Result result =
                launch.run(
                        "sh",
                        "-c",
                        "mkfifo gone && { : <gone & exec 3>gone; wait; '"
                                + ferry()
                                + "' --help >&3; }");
        assertEquals(new Launch.Result(ExitCode.IO.code(), "", ""), result);
    }

    @Test
    void withoutJavaOneLineSaysWhatToInstall() throws Exception {
        Path launcher = anotherInstallation().resolve("ferry");
        // A machine without any JDK, as far as this copy can see.
        String text = Files.readString(launcher);
        assertTrue(text.contains("/usr/lib/jvm/"), "the launcher looks elsewhere now");
        Files.writeString(launcher, text.replace("/usr/lib/jvm/", directory + "/none/"));
        launch.withoutJava("readlink");
        Launch.Result result = launch.run(launcher.toString(), "--version");
        assertEquals(ExitCode.IO.code(), result.exit());
        assertEquals("", result.out());
        assertEquals(1, result.err().lines().count(), result.err());
        assertTrue(result.err().contains("install one"), result.err());
    }

    @Test
    void sourceTreeWithoutMavenSaysWhatToInstall() throws Exception {
        Path tree = Files.createDirectory(directory.resolve("tree"));
        Files.copy(
                IMAGE.resolve("ferry"), tree.resolve("ferry"), StandardCopyOption.COPY_ATTRIBUTES);
        Files.writeString(tree.resolve("pom.xml"), "<project/>");
        copy(Path.of("src", "launcher"), tree.resolve("tools/src/launcher"));
        launch.withoutJava("mkdir", "flock", "touch", "readlink", "sed", "grep", "tail");
        launch.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Launch.Result result = launch.run(tree.resolve("ferry").toString(), "inspect", "x");
        assertEquals(ExitCode.IO.code(), result.exit());
        assertTrue(result.err().contains("package maven"), result.err());
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        Files.walkFileTree(
                from,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attrs)
                            throws IOException {
                        Files.createDirectories(to.resolve(from.relativize(dir)));
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attrs)
                            throws IOException {
                        Files.copy(
                                file,
                                to.resolve(from.relativize(file)),
                                StandardCopyOption.COPY_ATTRIBUTES);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
