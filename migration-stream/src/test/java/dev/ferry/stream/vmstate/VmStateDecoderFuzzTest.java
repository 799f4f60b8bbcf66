package dev.ferry.stream.vmstate;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.ferry.stream.Limits;
import dev.ferry.stream.Place;
import dev.ferry.stream.StreamException;
import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.testing.SomeLimits;
import java.io.IOException;
import java.util.Arrays;

/** A device's state, read by a description that may contradict it. */
class VmStateDecoderFuzzTest {

    private static final Limits LIMITS = SomeLimits.sizes(64, 1 << 20);

    /** Two bytes of length, that much JSON, and the state of each device it lists. */
    @FuzzTest
    void state(byte[] data) throws IOException {
        if (data.length < 2) {
            return;
        }
        int length = Math.min((data[0] & 0xff) << 8 | (data[1] & 0xff), data.length - 2);
        try {
            VmDescription description =
                    VmDescription.parse(
                            Arrays.copyOfRange(data, 2, 2 + length), new Place("fuzz", 2, ""));
            WireInput in =
                    new WireInput(
                            new MemorySource(
                                    "fuzz", Arrays.copyOfRange(data, 2 + length, data.length)));
            for (DeviceDescription device : description.devices()) {
                VmStateDecoder.decode(
                        in, device.layout(), device.name(), device.instance(), 1, LIMITS);
            }
        } catch (StreamException e) {
            // Said what is wrong and where: all that is asked of it.
        }
    }
}
