package dev.ferry.stream.multifd;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.ferry.stream.StreamException;
import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.ram.RamImage;
import dev.ferry.stream.ram.RamState;
import dev.ferry.stream.testing.ForwardSource;
import dev.ferry.stream.testing.RamStates;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** A multifd channel, handshake included. */
class MultiFdChannelFuzzTest {

    /** The first byte says which page size is known beforehand, if any. */
    @FuzzTest
    void channel(byte[] data) throws IOException {
        if (data.length == 0) {
            return;
        }
        byte[] bytes = Arrays.copyOfRange(data, 1, data.length);
        for (WireInput in :
                List.of(
                        new WireInput(new MemorySource("fuzz", bytes)),
                        new WireInput(ForwardSource.inPieces(bytes, 100)))) {
            try (RamImage image = new RamImage()) {
                RamState ram = RamStates.of(image, data[0] == 0 ? 4096 : 0);
                try (MultiFdChannel channel = new MultiFdChannel(in, 1, ram)) {
                    while (channel.readToSync()) {
                        // to the end
                    }
                }
            } catch (StreamException e) {
                // Said what is wrong and where: all that is asked of it.
            }
        }
    }
}
