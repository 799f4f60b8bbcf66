package dev.ferry.testdata.qemu;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ferry.testdata.Fixture;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The x86 machine of a capture, to be started again. */
public final class FixtureMachine {
    private final Fixture fixture;
    private final List<String> options;

    private FixtureMachine(Fixture fixture, List<String> options) {
        this.fixture = fixture;
        this.options = options;
    }

    /**
     * The machine that a capture was taken of.
     *
     * @throws IllegalArgumentException if it is not an x86 machine: the guests of the others were
     *     loaded by hand
     */
    public static FixtureMachine of(Fixture fixture) {
        if (!fixture.target().equals("x86_64")) {
            throw new IllegalArgumentException(fixture + " is of target " + fixture.target());
        }
        return new FixtureMachine(fixture, CommandLine.of(fixture.metadata()));
    }

    /** The same machine under another type, such as {@code pc-q35-9.2}. */
    public FixtureMachine withMachine(String type) {
        return new FixtureMachine(fixture, CommandLine.withMachine(options, type));
    }

    /**
     * The same machine with memory of ordinary pages instead of huge ones, which a host may not
     * have to spare. It loads the same precopy streams; a postcopy source tells the size of its
     * pages.
     */
    public FixtureMachine withOrdinaryPages() {
        return new FixtureMachine(
                fixture,
                options.stream()
                        .map(option -> option.replace(",hugetlb=on,hugetlbsize=2M", ""))
                        .toList());
    }

    /** The same machine with more options behind its own. */
    public FixtureMachine withOptions(String... more) {
        List<String> all = new ArrayList<>(options);
        all.addAll(List.of(more));
        return new FixtureMachine(fixture, List.copyOf(all));
    }

    /** The capture. */
    public Fixture fixture() {
        return fixture;
    }

    /** What makes the machine: everything but the program and the role. */
    public List<String> options() {
        return options;
    }

    /**
     * The releases that are known to load the capture: those it was played into when it was made.
     */
    public Set<QemuRelease> releases() {
        Set<QemuRelease> releases = new TreeSet<>();
        for (JsonNode replay : fixture.metadata().path("replay")) {
            if (replay.path("accepted").asBoolean()) {
                releases.add(QemuRelease.of(replay.required("qemu").asText()));
            }
        }
        if (fixture.metadata().at("/libvirt_restore/accepted").asBoolean()) {
            releases.add(QemuRelease.of(fixture.qemuVersion()));
        }
        return releases;
    }

    /** The value of {@code -uuid}, if the machine has one. */
    public Optional<String> uuid() {
        int at = options.indexOf("-uuid");
        return at < 0 ? Optional.empty() : Optional.of(options.get(at + 1));
    }

    /** Whether the machine needs hardware virtualisation. */
    public boolean needsKvm() {
        return options.contains("kvm");
    }

    /** Whether the machine needs a host with free huge pages. */
    public boolean needsHugePages() {
        return options.stream().anyMatch(option -> option.contains("hugetlb=on"));
    }

    /**
     * The letter that the guest prints first when it goes on; empty if it had never run, and then
     * prints nothing before it has filled its memory.
     */
    public Optional<Character> nextLetter() {
        JsonNode metadata = fixture.metadata();
        String printed = metadata.at("/libvirt_restore/serial_after_resume").asText("");
        for (JsonNode replay : metadata.path("replay")) {
            printed = printed.isEmpty() ? replay.path("serial_after_cont").asText("") : printed;
        }
        return printed.isEmpty() || !Character.isUpperCase(printed.charAt(0))
                ? Optional.empty()
                : Optional.of(printed.charAt(0));
    }

    /** The letter that the guest prints after this one: A follows Z. */
    public static char letterAfter(char letter) {
        return letter == 'Z' ? 'A' : (char) (letter + 1);
    }

    /** That many letters of the alphabet, which starts again after Z. */
    public static String alphabet(char first, int count) {
        StringBuilder letters = new StringBuilder(count);
        for (int i = 0; i < count; i++) {
            letters.append((char) ('A' + (first - 'A' + i) % 26));
        }
        return letters.toString();
    }

    /**
     * Starts the machine as a destination: paused, and waiting for {@link Incoming#load}.
     *
     * @param directory gets the files that the machine needs
     */
    public QemuProcess startDestination(QemuPeer peer, Path directory) throws IOException {
        GuestFiles.make(fixture, peer, directory, "dst");
        List<String> arguments = new ArrayList<>();
        options.forEach(option -> arguments.add(option.replace(".src.", ".dst.")));
        arguments.addAll(List.of("-S", "-incoming", "defer"));
        return QemuProcess.start(peer, directory, arguments);
    }

    /**
     * Starts the machine anew, as the source of a capture: its CPUs wait for {@link
     * QemuProcess#resume}.
     *
     * @param directory gets the files that the machine needs
     */
    public QemuProcess startSource(QemuPeer peer, Path directory) throws IOException {
        GuestFiles.make(fixture, peer, directory, "src");
        List<String> arguments = new ArrayList<>(options);
        arguments.add("-S");
        return QemuProcess.start(peer, directory, arguments);
    }

    /** The capture's name, and the machine type if it is another. */
    @Override
    public String toString() {
        return fixture.name();
    }
}
