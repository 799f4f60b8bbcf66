package dev.ferry.stream;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import java.io.IOException;

/** A configuration section, from behind its tag. */
class ConfigurationReaderFuzzTest {

    @FuzzTest
    void configuration(byte[] data) throws IOException {
        try {
            ConfigurationReader.read(
                    new WireInput(new MemorySource("fuzz", data)), 0, 0, StreamListener.NONE);
        } catch (StreamException e) {
            // Said what is wrong and where: all that is asked of it.
        }
    }
}
