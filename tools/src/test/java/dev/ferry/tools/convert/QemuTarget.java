package dev.ferry.tools.convert;

import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.qemu.FixtureMachine;
import dev.ferry.testdata.qemu.Incoming;
import dev.ferry.testdata.qemu.MigrationSettings;
import dev.ferry.testdata.qemu.QemuRelease;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A form that {@code ferry convert} writes and QEMU loads: how to ask for it, how to load it. */
enum QemuTarget {
    STREAM("stream", null),
    MAPPED_RAM("mapped-ram", null),
    MULTIFD_NONE("multifd", "none"),
    MULTIFD_ZLIB("multifd", "zlib"),
    MULTIFD_ZSTD("multifd", "zstd"),
    LIBVIRT_RAW("libvirt:raw", null),
    LIBVIRT_GZIP("libvirt:gzip", null),
    LIBVIRT_BZIP2("libvirt:bzip2", null),
    LIBVIRT_XZ("libvirt:xz", null),
    LIBVIRT_LZOP("libvirt:lzop", null),
    LIBVIRT_ZSTD("libvirt:zstd", null),
    LIBVIRT_SPARSE("libvirt:sparse", null);

    private static final int CHANNELS = 2;

    /** Capabilities that change what a stream says of the machine, however it travels. */
    private static final Set<String> OF_THE_MACHINE =
            Set.of("x-ignore-shared", "dirty-bitmaps", "validate-uuid");

    private final String format;
    private final @Nullable String compression;

    QemuTarget(String format, @Nullable String compression) {
        this.format = format;
        this.compression = compression;
    }

    /** Whether that release can load the form at all: mapped-ram came with 9.0. */
    boolean existsIn(QemuRelease release) {
        return !isMappedRam() || release == QemuRelease.V10_0;
    }

    /**
     * Whether the form can hold the capture. mapped-ram is announced in the configuration section,
     * so without one there is none, and QEMU itself does not combine it with shared memory that
     * stays behind.
     */
    boolean canHold(Fixture fixture) {
        return !isMappedRam()
                || !(fixture.capabilities().contains("x-ignore-shared")
                        || fixture.name().startsWith("pc-1.7-")
                        || fixture.name().startsWith("nofooter-noconfig-"));
    }

    /** The options of {@code ferry convert}. */
    List<String> options(FixtureMachine machine, QemuRelease release, Path out) throws IOException {
        List<String> options = new ArrayList<>(List.of("-o", out.toString(), "--to", format));
        if (compression != null) {
            options.addAll(List.of("--channels", "" + CHANNELS, "--compression", compression));
            options.addAll(List.of("--qemu", release.line()));
            Optional<String> uuid = machine.uuid();
            if (uuid.isPresent()) {
                options.addAll(List.of("--uuid", uuid.orElseThrow()));
            }
        }
        if (format.startsWith("libvirt")) {
            Path xml = out.resolveSibling("domain.xml");
            Files.writeString(
                    xml, "<domain type='qemu'><name>" + machine.fixture() + "</name></domain>\n");
            options.addAll(List.of("--xml", xml.toString()));
        }
        return options;
    }

    /** How the output gets into QEMU. */
    Incoming incoming(Path out) throws IOException {
        if (compression != null) {
            List<Path> files = new ArrayList<>(List.of(out));
            for (int i = 1; i <= CHANNELS; i++) {
                files.add(Path.of(out + ".ch" + i));
            }
            return Incoming.channels(files);
        }
        if (format.startsWith("libvirt")) {
            return Incoming.libvirtImage(out);
        }
        return isMappedRam() ? Incoming.file(out) : Incoming.pipe(out);
    }

    /** What the destination has to be told. */
    MigrationSettings settings(Fixture fixture) {
        MigrationSettings settings =
                compression != null
                        ? MigrationSettings.multifd(CHANNELS, compression)
                        : isMappedRam() ? MigrationSettings.mappedRam() : MigrationSettings.PLAIN;
        for (String capability : fixture.capabilities()) {
            if (OF_THE_MACHINE.contains(capability)) {
                settings = settings.with(capability);
            }
        }
        return settings;
    }

    private boolean isMappedRam() {
        return this == MAPPED_RAM || this == LIBVIRT_SPARSE;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
