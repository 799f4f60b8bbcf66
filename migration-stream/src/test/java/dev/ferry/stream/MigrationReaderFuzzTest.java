package dev.ferry.stream;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.ferry.stream.io.ByteSource;
import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.item.SectionBody;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.ram.RamImage;
import dev.ferry.stream.testing.ForwardSource;
import dev.ferry.stream.testing.SomeLimits;
import java.io.IOException;

/** A whole main channel, with contents; anything but a {@link StreamException} is a finding. */
class MigrationReaderFuzzTest {

    private static final Limits LIMITS = SomeLimits.sizes(64, 1 << 20);

    @FuzzTest
    void mainChannel(byte[] data) throws IOException {
        read(new MemorySource("fuzz", data));
        read(ForwardSource.inPieces(data, 1000));
    }

    private static void read(ByteSource source) throws IOException {
        try (RamImage image = new RamImage(1L << 36);
                MigrationReader reader =
                        MigrationReader.of(
                                new WireInput(source),
                                ReaderOptions.DEFAULT.withLimits(LIMITS).withPages(image))) {
            for (StreamItem item = reader.next(); item != null; item = reader.next()) {
                decode(item);
            }
        } catch (StreamException e) {
            // Said what is wrong and where: all that is asked of it.
        }
    }

    private static void decode(StreamItem item) throws IOException {
        try {
            if (item instanceof StreamItem.Section section
                    && section.body() instanceof SectionBody.Device device) {
                device.state();
            } else if (item instanceof StreamItem.Description description) {
                description.index().parse();
            }
        } catch (StreamException e) {
            // The section was passed all the same: reading goes on.
        }
    }
}
