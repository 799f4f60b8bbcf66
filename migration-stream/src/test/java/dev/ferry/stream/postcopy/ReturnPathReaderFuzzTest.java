package dev.ferry.stream.postcopy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.ferry.stream.Limits;
import dev.ferry.stream.StreamException;
import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import java.io.IOException;

/** A recorded return path. */
class ReturnPathReaderFuzzTest {

    @FuzzTest
    void messages(byte[] data) throws IOException {
        ReturnPathReader reader =
                new ReturnPathReader(new WireInput(new MemorySource("fuzz", data)), Limits.DEFAULT);
        try {
            ReturnPathMessage message = reader.next();
            while (message != null) {
                message = reader.next();
            }
        } catch (StreamException e) {
            // Said what is wrong and where: all that is asked of it.
        }
    }
}
