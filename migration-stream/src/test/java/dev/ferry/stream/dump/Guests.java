package dev.ferry.stream.dump;

import dev.ferry.stream.MigrationReader;
import dev.ferry.stream.Place;
import dev.ferry.stream.ReaderOptions;
import dev.ferry.stream.container.Containers;
import dev.ferry.stream.convert.SavedSection;
import dev.ferry.stream.convert.SavedVm;
import dev.ferry.stream.io.InputStreamSource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.testdata.FileKind;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.FixtureFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Guests to dump, from files. */
final class Guests {

    private Guests() {}

    /** A guest from a file with one channel. */
    static SavedVm read(Path file) throws IOException {
        return read(List.of(file));
    }

    /** A guest from a capture, unpacked into a directory. */
    static SavedVm read(Fixture fixture, Path directory) throws IOException {
        List<Path> channels = new ArrayList<>();
        for (Map.Entry<FixtureFile, Path> file : fixture.unpack(directory).entrySet()) {
            FileKind kind = file.getKey().kind();
            if (file.getKey().equals(fixture.main()) || kind == FileKind.FORWARD_CHANNEL) {
                channels.add(file.getValue());
            }
        }
        return read(channels);
    }

    private static SavedVm read(List<Path> channels) throws IOException {
        return SavedVm.read(pages -> {
            MigrationReader reader =
                    MigrationReader.of(
                            new WireInput(Containers.open(channels.getFirst()).stream()),
                            ReaderOptions.DEFAULT.withPages(pages));
            for (Path channel : channels.subList(1, channels.size())) {
                reader.addChannel(
                        new WireInput(
                                new InputStreamSource(
                                        channel.toString(), Files.newInputStream(channel))));
            }
            return reader;
        });
    }

    /** What is known about a guest. */
    static GuestEvidence evidence(SavedVm vm) throws IOException {
        GuestEvidence evidence = new GuestEvidence();
        for (List<SavedSection> sections : List.of(vm.early(), vm.devices())) {
            for (SavedSection section : sections) {
                if (GuestEvidence.wants(section.name())) {
                    evidence.device(section.state());
                }
            }
        }
        return evidence;
    }

    static GuestDump dump(SavedVm vm) throws IOException {
        return GuestDump.of(
                vm.machine(), vm.pages(), evidence(vm), vm.shared(), new Place(vm.name(), 0, ""));
    }

    /** Writes a dump of some kind. */
    interface Writer {
        long write(GuestDump dump, FileChannel file) throws IOException;
    }

    /** Writes a dump into a file, which becomes as long as the writer says. */
    static Path write(GuestDump dump, Path target, Writer writer) throws IOException {
        try (FileChannel file =
                FileChannel.open(
                        target,
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.SPARSE)) {
            long length = writer.write(dump, file);
            if (file.size() < length) {
                file.write(ByteBuffer.allocate(1), length - 1);
            }
        }
        return target;
    }
}
