package dev.ferry.stream;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.util.Arrays;

/** Whatever can be read is written again as it was: see {@link RoundTrip}. */
class RoundTripFuzzTest {

    @FuzzTest
    void mainChannel(byte[] data) throws IOException {
        RoundTrip.check(data, null);
    }

    /** The first two bytes tell where a further channel begins: preempt, or a recovered one. */
    @FuzzTest
    void twoChannels(byte[] data) throws IOException {
        if (data.length > 3) {
            int at = 2 + ((((data[0] & 0xff) << 8) | (data[1] & 0xff)) % (data.length - 2));
            RoundTrip.check(
                    Arrays.copyOfRange(data, 2, at), Arrays.copyOfRange(data, at, data.length));
        }
    }
}
