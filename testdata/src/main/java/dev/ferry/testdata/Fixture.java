package dev.ferry.testdata;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One captured migration: its files, and the truth about them. Got from {@link Fixtures}; there is
 * one instance of each capture, safe for use by several threads.
 */
public final class Fixture {
    private final String name;
    private final boolean analysed;
    private final boolean recorded;
    private volatile @Nullable Truth truth;

    Fixture(String name, boolean analysed, boolean recorded) {
        this.name = name;
        this.analysed = analysed;
        this.recorded = recorded;
    }

    /** The name, which ends in the QEMU line: {@code -q7} or {@code -q10}. */
    public String name() {
        return name;
    }

    /** What the capture exercises, in words. */
    public String features() {
        return truth().features();
    }

    /** The QEMU that wrote the stream, such as {@code 7.2.22}. */
    public String qemuVersion() {
        return truth().qemuVersion();
    }

    /** The emulated architecture, as in {@code qemu-system-TARGET}. */
    public String target() {
        return truth().target();
    }

    /** Bytes in one page of the stream: 256 on AVR to 16384 on TriCore, 4096 nearly everywhere. */
    public int targetPageSize() {
        return truth().targetPageSize();
    }

    /** Where the bytes were put. */
    public CaptureKind kind() {
        return truth().kind();
    }

    /** The migration capabilities that were switched on; empty for a container. */
    public Set<String> capabilities() {
        return truth().capabilities();
    }

    /** Every RAM block at the end of the migration. */
    public List<RamBlockTruth> ramBlocks() {
        return truth().ramBlocks();
    }

    /** The RAM block of that name, if the guest had one. */
    public Optional<RamBlockTruth> ramBlock(String idstr) {
        return ramBlocks().stream().filter(block -> block.idstr().equals(idstr)).findFirst();
    }

    /** The files of the capture; the first is {@link #main()}. */
    public List<FixtureFile> files() {
        return truth().files();
    }

    /** What a reader is handed first: the main channel, the migration file or the container. */
    public FixtureFile main() {
        return truth().files().getFirst();
    }

    /**
     * The connections, source to destination and back.
     *
     * @throws IllegalStateException if the capture is a libvirt save image or a qcow2 disk, which
     *     have none
     */
    public Channels channels() {
        List<FixtureFile> forward = filesOf(FileKind.FORWARD_CHANNEL);
        if (forward.isEmpty()) {
            throw new IllegalStateException(name + " has no channels: it is a " + kind());
        }
        return new Channels(forward, filesOf(FileKind.REVERSE_CHANNEL));
    }

    /** RAM that stayed in a shared file instead of travelling, as it was at the stop point. */
    public Optional<FixtureFile> sharedMemory() {
        return filesOf(FileKind.SHARED_MEMORY).stream().findFirst();
    }

    /**
     * The uncompressed content of one file of this capture; the caller closes it.
     *
     * @param file the file's name, with or without {@code .xz}
     * @throws NoSuchElementException if the capture has no such file
     */
    public InputStream open(String file) throws IOException {
        for (FixtureFile candidate : files()) {
            if (candidate.file().equals(file) || candidate.uncompressedName().equals(file)) {
                return candidate.open();
            }
        }
        throw new NoSuchElementException(name + " has no file '" + file + "'");
    }

    /**
     * Writes every file, uncompressed, into a directory, which is made if it is missing.
     *
     * @return where each file went, in the order of {@link #files()}
     */
    public Map<FixtureFile, Path> unpack(Path directory) throws IOException {
        Files.createDirectories(directory);
        Map<FixtureFile, Path> unpacked = new LinkedHashMap<>();
        for (FixtureFile file : files()) {
            unpacked.put(file, file.unpack(directory));
        }
        return unpacked;
    }

    /** All that is known about the capture; the README lists the fields. Not to be changed. */
    public JsonNode metadata() {
        return truth().metadata();
    }

    /** What QEMU's own analyser printed; read anew on each call. */
    public Analysis analysis() {
        JsonNode outcome = metadata().required("analyze_migration_py");
        Optional<JsonNode> printed =
                analysed
                        ? Optional.of(Corpus.json(Corpus.QEMU + name + ".analyze.json.xz"))
                        : Optional.empty();
        return new Analysis(
                printed.map(both -> both.required("state")).filter(tree -> !tree.isNull()),
                printed.map(both -> both.required("desc")).filter(tree -> !tree.isNull()),
                outcome.required("state").asText(),
                outcome.required("desc").asText());
    }

    /**
     * The order in which the recorder saw bytes on the channels; read anew on each call. Empty for
     * a capture of one channel on which nothing came back.
     */
    public List<ChannelEvent> events() {
        if (!recorded) {
            return List.of();
        }
        List<ChannelEvent> events = new ArrayList<>();
        for (JsonNode event : Corpus.json(Corpus.QEMU + name + ".events.json.xz")) {
            events.add(
                    new ChannelEvent(
                            event.required(0).asInt(),
                            ChannelEvent.Type.of(event.required(1).asText()),
                            event.required(2).asLong()));
        }
        return List.copyOf(events);
    }

    /** The name, so that a parameterised test displays it. */
    @Override
    public String toString() {
        return name;
    }

    private List<FixtureFile> filesOf(FileKind kind) {
        return files().stream().filter(file -> file.kind() == kind).toList();
    }

    private Truth truth() {
        Truth read = truth;
        if (read == null) {
            // Two threads may both read it; they get equal values, and either will do.
            read = TruthReader.read(name);
            truth = read;
        }
        return read;
    }
}
