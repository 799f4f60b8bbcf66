package dev.ferry.tools.bench;

import dev.ferry.stream.MigrationReader;
import dev.ferry.stream.ReaderOptions;
import dev.ferry.stream.container.Containers;
import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.item.SectionBody;
import dev.ferry.stream.item.SectionType;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.Fixtures;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;

/**
 * Precopy streams of any size: a captured one of QEMU 10 with its guest memory replaced by one
 * block of the wanted length.
 */
final class LargeStream {

    /** What guest memory holds. */
    enum Content {
        RANDOM,
        ZERO
    }

    private static final int PAGE = 4096;
    private static final int RECORD = 8 + PAGE;
    private static final long FLAG_ZERO = 0x02;
    private static final long FLAG_MEM_SIZE = 0x04;
    private static final long FLAG_PAGE = 0x08;
    private static final long FLAG_EOS = 0x10;
    private static final long FLAG_CONTINUE = 0x20;
    private static final byte[] BLOCK = "\6pc.ram".getBytes(StandardCharsets.US_ASCII);

    private final byte[] capture;
    private int ramStart;
    private int ramHeaderLength;
    private int ramId;
    private int devices;

    private LargeStream(byte[] capture) throws IOException {
        this.capture = capture;
        try (MigrationReader reader =
                MigrationReader.of(
                        new WireInput(
                                Containers.open(
                                        new MemorySource("capture", capture),
                                        dev.ferry.stream.container.OpenOptions.DEFAULT)
                                        .stream()),
                        ReaderOptions.DEFAULT)) {
            for (StreamItem item = reader.next(); item != null; item = reader.next()) {
                if (item instanceof StreamItem.Section section) {
                    if (section.body() instanceof SectionBody.Ram
                            && section.type() == SectionType.START) {
                        ramStart = (int) section.at();
                        ramId = (int) section.id();
                        ramHeaderLength = 1 + 4 + 1 + section.name().length() + 4 + 4;
                    } else if (section.type() == SectionType.FULL && devices == 0) {
                        devices = (int) section.at();
                    }
                }
            }
        }
    }

    /** Writes a stream with {@code mebibytes} of memory to {@code file}. */
    static void write(Path file, Content content, int mebibytes) throws IOException {
        Fixture fixture = Fixtures.named("precopy-paused-q10");
        try (InputStream in = fixture.main().open();
                FileChannel out =
                        FileChannel.open(
                                file,
                                StandardOpenOption.CREATE,
                                StandardOpenOption.TRUNCATE_EXISTING,
                                StandardOpenOption.WRITE)) {
            new LargeStream(in.readAllBytes()).write(out, content, mebibytes);
        } catch (IOException e) {
            Files.deleteIfExists(file);
            throw e;
        }
    }

    private void write(FileChannel out, Content content, int mebibytes) throws IOException {
        long length = (long) mebibytes << 20;
        ByteBuffer b = ByteBuffer.allocateDirect(4 << 20);
        b.put(capture, 0, ramStart + ramHeaderLength);
        b.putLong(length | FLAG_MEM_SIZE).put(BLOCK).putLong(length).putLong(FLAG_EOS);
        footer(b);
        b.put((byte) 0x02).putInt(ramId);
        byte[] random = new byte[(1 << 20) + PAGE];
        new SplittableRandom(1).nextBytes(random);
        long mark = content == Content.ZERO ? FLAG_ZERO : FLAG_PAGE;
        for (long offset = 0; offset < length; offset += PAGE) {
            if (b.remaining() < RECORD + BLOCK.length) {
                flush(b, out);
            }
            b.putLong(offset | mark | (offset == 0 ? 0 : FLAG_CONTINUE));
            if (offset == 0) {
                b.put(BLOCK);
            }
            if (content == Content.ZERO) {
                b.put((byte) 0);
            } else {
                b.put(random, (int) (offset / PAGE * 61 % (1 << 20)), PAGE);
            }
        }
        flush(b, out);
        b.putLong(FLAG_EOS);
        footer(b);
        b.put((byte) 0x03).putInt(ramId).putLong(FLAG_EOS);
        footer(b);
        b.put(capture, devices, capture.length - devices);
        flush(b, out);
    }

    private void footer(ByteBuffer b) {
        b.put((byte) 0x7e).putInt(ramId);
    }

    private static void flush(ByteBuffer b, FileChannel out) throws IOException {
        b.flip();
        while (b.hasRemaining()) {
            out.write(b);
        }
        b.clear();
    }
}
