package dev.ferry.testdata.qemu;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ferry.testdata.CaptureKind;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.FixtureFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Makes the files that a capture's command line names. */
final class GuestFiles {
    static final String FIRMWARE = "guest.bin";

    private final Fixture fixture;
    private final JsonNode metadata;
    private final Path directory;

    private GuestFiles(Fixture fixture, Path directory) {
        this.fixture = fixture;
        metadata = fixture.metadata();
        this.directory = directory;
    }

    /**
     * Makes them in a directory.
     *
     * @param role {@code src} or {@code dst}: part of the names of files that both sides have
     */
    static void make(Fixture fixture, QemuPeer peer, Path directory, String role)
            throws IOException {
        Files.createDirectories(directory);
        GuestFiles files = new GuestFiles(fixture, directory);
        files.write(FIRMWARE, CaptureGuest.image(metadataOf(fixture, "guest_parameters")));
        files.makeInputs();
        files.makeDisk();
        files.runCommands(peer, role);
    }

    private static JsonNode metadataOf(Fixture fixture, String name) {
        return fixture.metadata().path(name);
    }

    private void makeInputs() throws IOException {
        for (Map.Entry<String, JsonNode> input : metadata.path("input_files").properties()) {
            JsonNode mix = input.getValue().required("page_mix");
            makeInput(
                    input.getKey(),
                    mix.required("seed").asInt(),
                    mix.required("first_page").asLong(),
                    mix.required("pages").asInt(),
                    input.getValue().required("sha256").asText());
        }
        JsonNode loader = metadata.path("loader");
        if (loader.has("pages")) {
            makeInput(
                    "fill.bin",
                    loader.required("seed").asInt(),
                    loader.required("addr").asLong() / 4096,
                    loader.required("pages").asInt(),
                    loader.required("sha256").asText());
        }
        Optional<FixtureFile> shared = fixture.sharedMemory();
        if (shared.isPresent()) {
            unpack(shared.orElseThrow(), "mem.keep");
        }
    }

    private void makeInput(String name, int seed, long firstPage, int pages, String sha256)
            throws IOException {
        byte[] content = new PageMix(seed).pages(Math.toIntExact(firstPage), pages);
        String found = Sha256.of(content);
        if (!found.equals(sha256)) {
            throw new IllegalStateException(
                    fixture + ": " + name + ": expected SHA-256 " + sha256 + ", found " + found);
        }
        write(name, content);
    }

    private void makeDisk() throws IOException {
        if (fixture.kind() == CaptureKind.QCOW2_SNAPSHOT) {
            unpack(fixture.main(), "snap.qcow2");
        }
    }

    private void runCommands(QemuPeer peer, String role) throws IOException {
        for (JsonNode command : metadata.path("prepare_commands")) {
            run(peer, command.asText().replace("{role}", role));
        }
    }

    private void run(QemuPeer peer, String command) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder("/bin/sh", "-c", command)
                        .directory(directory.toFile())
                        .redirectErrorStream(true);
        builder.environment()
                .merge(
                        "PATH",
                        peer.prefix().resolve("bin").toString(),
                        (path, bin) -> bin + ":" + path);
        Process process = builder.start();
        try {
            process.getOutputStream().close();
            String said =
                    new String(
                            process.getInputStream().readAllBytes(),
                            java.nio.charset.StandardCharsets.UTF_8);
            if (!process.waitFor(Deadline.PATIENCE.toSeconds(), TimeUnit.SECONDS)
                    || process.exitValue() != 0) {
                throw new IOException(fixture + ": '" + command + "' failed: " + said.strip());
            }
        } catch (InterruptedException e) {
            throw Deadline.interrupted();
        } finally {
            process.destroyForcibly();
        }
    }

    private void unpack(FixtureFile file, String name) throws IOException {
        try (InputStream in = file.open()) {
            Files.copy(in, directory.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private void write(String name, byte[] content) throws IOException {
        Files.write(directory.resolve(name), content);
    }
}
