package dev.ferry.stream.ram;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.ferry.stream.Limits;
import dev.ferry.stream.StreamException;
import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.testing.ForwardSource;
import dev.ferry.stream.testing.SomeLimits;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** Bodies of RAM sections, block list included, one after the other. */
class RamSectionReaderFuzzTest {

    private static final Limits LIMITS = SomeLimits.sizes(64, 1 << 20);

    /** The first byte says what the stream's configuration and its ADVISE would have said. */
    @FuzzTest
    void bodies(byte[] data) throws IOException {
        if (data.length == 0) {
            return;
        }
        boolean ignoreShared = (data[0] & 1) != 0;
        long hostPageSizes = (data[0] & 2) != 0 ? 0x201000 : 0;
        int pageSize = (data[0] & 4) != 0 ? 256 << ((data[0] >> 4) & 7) : 0;
        read(data, new RamFeatures(ignoreShared, false, hostPageSizes), pageSize);
    }

    /** A mapped-ram stream's START, whose file offsets count from the second byte. */
    @FuzzTest
    void mappedRam(byte[] data) throws IOException {
        if (data.length > 0) {
            read(data, new RamFeatures(false, true, 0), 0);
        }
    }

    private static void read(byte[] data, RamFeatures features, int pageSize) throws IOException {
        byte[] bytes = Arrays.copyOfRange(data, 1, data.length);
        for (WireInput in :
                List.of(
                        new WireInput(new MemorySource("fuzz", bytes)),
                        new WireInput(ForwardSource.inPieces(bytes, 100)))) {
            try (RamImage image = new RamImage(1L << 36)) {
                RamState ram = new RamState(image);
                if (pageSize != 0) {
                    ram.pageSize(pageSize);
                }
                RamSectionReader reader = new RamSectionReader(ram, LIMITS, 0);
                while (!in.atEnd()) {
                    reader.readBody(in, features, RamSync.NONE);
                }
            } catch (StreamException e) {
                // Said what is wrong and where: all that is asked of it.
            }
        }
    }
}
