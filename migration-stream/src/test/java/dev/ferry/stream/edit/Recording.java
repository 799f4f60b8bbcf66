package dev.ferry.stream.edit;

import dev.ferry.stream.Finding;
import dev.ferry.stream.MigrationReader;
import dev.ferry.stream.ReaderOptions;
import dev.ferry.stream.container.Containers;
import dev.ferry.stream.container.OpenOptions;
import dev.ferry.stream.container.OpenedInput;
import dev.ferry.stream.io.ByteSource;
import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.io.WireOutput;
import dev.ferry.stream.item.SectionBody;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.ram.ImageDigests;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.stream.ram.RamImage;
import dev.ferry.stream.vmstate.VmStateEncoder;
import dev.ferry.testdata.FileKind;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.FixtureFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The channels of a migration in memory, to be edited and looked at.
 *
 * @param origin where the main one begins in its file
 */
record Recording(List<byte[]> channels, long origin) {

    static Recording of(Fixture fixture) throws IOException {
        List<byte[]> channels = new ArrayList<>();
        long origin;
        FixtureFile main = fixture.main();
        try (OpenedInput opened =
                Containers.open(main.uncompressedName(), main.open(), OpenOptions.DEFAULT)) {
            origin = opened.stream().fileOrigin();
            channels.add(all(opened.stream()));
        }
        if (fixture.files().stream().anyMatch(f -> f.kind() == FileKind.FORWARD_CHANNEL)) {
            for (FixtureFile further : fixture.channels().further()) {
                channels.add(further.readAllBytes());
            }
        }
        return new Recording(channels, origin);
    }

    private static byte[] all(ByteSource source) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ByteBuffer piece = ByteBuffer.allocate(1 << 16);
        while (source.read(piece.clear()) >= 0) {
            bytes.write(piece.array(), 0, piece.position());
        }
        return bytes.toByteArray();
    }

    byte[] main() {
        return channels.getFirst();
    }

    MigrationReader open(ReaderOptions options) throws IOException {
        MigrationReader reader = MigrationReader.of(new WireInput(source(0)), options);
        for (int i = 1; i < channels.size(); i++) {
            reader.addChannel(new WireInput(source(i)));
        }
        return reader;
    }

    private ByteSource source(int channel) {
        MemorySource bytes = new MemorySource("channel " + channel, channels.get(channel));
        return channel == 0 ? new AtOrigin(bytes, origin) : bytes;
    }

    Recording edited(StreamEdits edits) throws IOException, EditException {
        EditPlanner planner = new EditPlanner(edits);
        EditPlan plan;
        try (MigrationReader reader = open(ReaderOptions.DEFAULT.withListener(planner))) {
            plan = planner.plan(reader);
        }
        List<byte[]> edited = new ArrayList<>();
        for (int i = 0; i < channels.size(); i++) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            WireOutput out = new WireOutput(Channels.newChannel(bytes));
            SplicedCopy.copy(source(i), plan.channels().get(i), out, done -> {});
            edited.add(bytes.toByteArray());
        }
        return new Recording(edited, origin);
    }

    List<StreamItem> items() throws IOException {
        try (MigrationReader reader = open(ReaderOptions.DEFAULT)) {
            List<StreamItem> items = new ArrayList<>();
            for (StreamItem item = reader.next(); item != null; item = reader.next()) {
                if (item instanceof StreamItem.Section section
                        && section.body() instanceof SectionBody.Device device) {
                    device.state();
                }
                items.add(item);
            }
            return items;
        }
    }

    /** What a reader finds odd. */
    List<String> findings() throws IOException {
        try (MigrationReader reader = open(ReaderOptions.DEFAULT)) {
            StreamItem item = reader.next();
            while (item != null) {
                item = reader.next();
            }
            return reader.findings().list().stream().map(Finding::message).toList();
        }
    }

    /** Everything a reader finds, without the places where it stands. */
    List<String> outline() throws IOException {
        List<String> outline = new ArrayList<>();
        try (RamImage image = new RamImage();
                ImageDigests digests = new ImageDigests(image);
                MigrationReader reader = open(ReaderOptions.DEFAULT.withPages(digests))) {
            for (StreamItem item = reader.next(); item != null; item = reader.next()) {
                outline.add(line(item));
            }
            for (Map.Entry<RamBlock, byte[]> block : digests.digests().entrySet()) {
                outline.add(
                        "block "
                                + block.getKey().id()
                                + " "
                                + block.getKey().usedLength()
                                + " "
                                + HexFormat.of().formatHex(block.getValue()));
            }
            for (Finding finding : reader.findings().list()) {
                outline.add("finding " + finding.message());
            }
        }
        return outline;
    }

    private static String line(StreamItem item) throws IOException {
        return switch (item) {
            case StreamItem.Header h -> "header " + h.version();
            case StreamItem.Configuration c ->
                    "configuration "
                            + c.machine()
                            + c.capabilities()
                            + c.uuid()
                            + c.targetPageBits();
            case StreamItem.Section s ->
                    s.type().key()
                            + " "
                            + s.id()
                            + " "
                            + s.name()
                            + "/"
                            + s.instance()
                            + " v"
                            + s.version()
                            + " depth "
                            + s.depth()
                            + (s.body() instanceof SectionBody.Device device
                                    ? " " + hex(device)
                                    : "");
            case StreamItem.Command c ->
                    "command " + c.id() + (c.id().length() == 4 ? "" : " " + c.payload());
            case StreamItem.Eof _ -> "end";
            case StreamItem.Description d -> "description of " + d.index().entries().size();
            case StreamItem.Trailing t -> "trailing " + t.length();
            case StreamItem.Unreadable u -> "unreadable " + u.what();
        };
    }

    private static String hex(SectionBody.Device device) throws IOException {
        return HexFormat.of().formatHex(VmStateEncoder.encode(device.state().root()));
    }

    /** A source that says it begins further on in some file. */
    private record AtOrigin(ByteSource source, long fileOrigin) implements ByteSource {

        @Override
        public String name() {
            return source.name();
        }

        @Override
        public int read(ByteBuffer dst) throws IOException {
            return source.read(dst);
        }

        @Override
        public OptionalLong size() {
            return source.size();
        }

        @Override
        public boolean seekable() {
            return source.seekable();
        }

        @Override
        public void position(long offset) throws IOException {
            source.position(offset);
        }

        @Override
        public void close() throws IOException {
            source.close();
        }
    }
}
