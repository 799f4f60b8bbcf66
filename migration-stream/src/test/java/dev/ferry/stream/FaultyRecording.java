package dev.ferry.stream;

import dev.ferry.stream.container.Containers;
import dev.ferry.stream.container.OpenOptions;
import dev.ferry.stream.io.ByteSource;
import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.item.CommandId;
import dev.ferry.stream.item.SectionBody;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.ram.ImageDigests;
import dev.ferry.stream.ram.PageKind;
import dev.ferry.stream.ram.RamImage;
import dev.ferry.stream.testing.ForwardSource;
import dev.ferry.testdata.FileKind;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.FixtureFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A fixture's channels in memory, to be damaged and read again and again. */
final class FaultyRecording {

    /** Blocks of the fixtures are small; a damaged length must not fill a disk. */
    private static final long MAX_RAM = 1L << 36;

    /** One channel: what comes from it, and where it began in the file that held it. */
    private static final class Channel {
        private final String name;
        private final boolean reverse;
        private final long fileOrigin;
        private final byte[] bytes;

        Channel(String name, boolean reverse, long fileOrigin, byte[] bytes) {
            this.name = name;
            this.reverse = reverse;
            this.fileOrigin = fileOrigin;
            this.bytes = bytes;
        }
    }

    private final List<Channel> channels = new ArrayList<>();

    /** Offsets of the main channel where an item begins or ends. */
    private final List<Integer> boundaries = new ArrayList<>();

    /** Where the main channel's first device section, package or end mark begins. */
    private int memoryEnd = Integer.MAX_VALUE;

    /** What reading gave. */
    record Outcome(int items, @Nullable StreamException error) {}

    private FaultyRecording() {}

    /** Takes a fixture out of its container and reads it once, undamaged. */
    static FaultyRecording of(Fixture fixture) throws IOException {
        FaultyRecording recording = new FaultyRecording();
        FixtureFile main = fixture.main();
        try (ByteSource stream =
                Containers.open(main.uncompressedName(), main.open(), OpenOptions.DEFAULT)
                        .stream()) {
            recording.channels.add(
                    new Channel(main.uncompressedName(), false, stream.fileOrigin(), all(stream)));
        }
        if (fixture.files().stream().anyMatch(f -> f.kind() == FileKind.FORWARD_CHANNEL)) {
            for (FixtureFile further : fixture.channels().further()) {
                recording.add(further, false);
            }
            for (FixtureFile reverse : fixture.channels().reverse()) {
                recording.add(reverse, true);
            }
        }
        recording.findBoundaries();
        return recording;
    }

    private void add(FixtureFile file, boolean reverse) throws IOException {
        channels.add(new Channel(file.uncompressedName(), reverse, 0, file.readAllBytes()));
    }

    private static byte[] all(ByteSource source) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteBuffer piece = ByteBuffer.allocate(1 << 16);
        while (source.read(piece) >= 0) {
            out.write(piece.array(), 0, piece.position());
            piece.clear();
        }
        return out.toByteArray();
    }

    private void findBoundaries() throws IOException {
        try (MigrationReader reader = open(-1, new byte[0], MemorySource::new, null)) {
            for (StreamItem item : Recordings.items(reader)) {
                if (item.channel() == 0) {
                    if (!memory(item)) {
                        memoryEnd = Math.min(memoryEnd, (int) item.at());
                    }
                    boundaries.add((int) item.at());
                    if (item instanceof StreamItem.Section section) {
                        boundaries.add((int) (item.at() + section.length()));
                    }
                }
            }
        }
    }

    /** Whether an item can be read without knowing what stands further on. */
    private static boolean memory(StreamItem item) {
        return switch (item) {
            case StreamItem.Header header -> true;
            case StreamItem.Configuration configuration -> true;
            case StreamItem.Section section -> !(section.body() instanceof SectionBody.Device);
            case StreamItem.Command command -> command.id() != CommandId.PACKAGED;
            case StreamItem.Eof eof -> false;
            case StreamItem.Description description -> false;
            case StreamItem.Trailing trailing -> false;
            case StreamItem.Unreadable unreadable -> false;
        };
    }

    int memoryEnd() {
        return memoryEnd;
    }

    int channels() {
        return channels.size();
    }

    String name(int channel) {
        return channels.get(channel).name;
    }

    byte[] bytes(int channel) {
        return channels.get(channel).bytes;
    }

    List<Integer> boundaries() {
        return boundaries;
    }

    /** Reads everything undamaged, in pieces if told so, and tells all that came of it. */
    List<String> outline(@Nullable RandomGenerator pieces) throws IOException {
        List<String> lines = new ArrayList<>();
        Supply supply =
                (name, bytes) ->
                        pieces == null
                                ? new MemorySource(name, bytes)
                                : ForwardSource.inRandomPieces(bytes, 20_000, pieces);
        try (RamImage image = new RamImage(MAX_RAM);
                MigrationReader reader = open(-1, new byte[0], supply, image)) {
            for (StreamItem item = reader.next(); item != null; item = reader.next()) {
                String what = item.getClass().getSimpleName();
                if (item instanceof StreamItem.Section section) {
                    what += " " + section.name() + " " + section.length();
                }
                StreamException problem = decode(item);
                lines.add(item.channel() + ":" + item.at() + " " + what + " " + problem);
            }
            for (RamImage.BlockImage block : image.blocks()) {
                byte[] digest = ImageDigests.sha256(block);
                lines.add(block.block().id() + " " + HexFormat.of().formatHex(digest));
            }
            for (PageKind kind : PageKind.values()) {
                lines.add(kind + " " + reader.ram().statistics().pages(kind));
            }
        }
        return lines;
    }

    /** Makes a channel's source from its bytes. */
    @FunctionalInterface
    private interface Supply {
        ByteSource source(String name, byte[] bytes);
    }

    /** Reads everything with contents, {@code bytes} in the place of one channel. */
    Outcome read(int damaged, byte[] bytes, boolean forward) throws IOException {
        return read(
                damaged,
                bytes,
                forward ? (name, content) -> ForwardSource.of(content) : MemorySource::new);
    }

    private Outcome read(int damaged, byte[] bytes, Supply supply) throws IOException {
        int items = 0;
        try (RamImage image = new RamImage(MAX_RAM);
                MigrationReader reader = open(damaged, bytes, supply, image)) {
            StreamException undecodable = null;
            for (StreamItem item = reader.next(); item != null; item = reader.next()) {
                items++;
                StreamException problem = decode(item);
                undecodable = undecodable == null ? problem : undecodable;
            }
            return new Outcome(items, undecodable);
        } catch (StreamException e) {
            return new Outcome(items, e);
        }
    }

    /** Device state and description are decoded when asked for. */
    private static @Nullable StreamException decode(StreamItem item) throws IOException {
        try {
            if (item instanceof StreamItem.Section section
                    && section.body() instanceof SectionBody.Device device) {
                device.state();
            } else if (item instanceof StreamItem.Description description) {
                description.index().parse();
            }
            return null;
        } catch (StreamException e) {
            return e;
        }
    }

    private MigrationReader open(int damaged, byte[] bytes, Supply supply, @Nullable RamImage image)
            throws IOException {
        MigrationReader reader =
                MigrationReader.of(
                        input(0, damaged, bytes, supply),
                        image == null
                                ? ReaderOptions.DEFAULT
                                : ReaderOptions.DEFAULT.withPages(image));
        try {
            for (int i = 1; i < channels.size(); i++) {
                WireInput in = input(i, damaged, bytes, supply);
                if (channels.get(i).reverse) {
                    reader.addReturnPath(in);
                } else {
                    reader.addChannel(in);
                }
            }
            return reader;
        } catch (IOException | RuntimeException e) {
            reader.close();
            throw e;
        }
    }

    private WireInput input(int index, int damaged, byte[] bytes, Supply supply) {
        Channel channel = channels.get(index);
        byte[] content = index == damaged ? bytes : channel.bytes;
        return new WireInput(
                new AtOrigin(supply.source(channel.name, content), channel.fileOrigin));
    }
}
