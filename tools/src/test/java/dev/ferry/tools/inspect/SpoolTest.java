package dev.ferry.tools.inspect;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpoolTest {

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1 << 20, (2 << 20) + 1, 9 << 20})
    void givesBackWhatItTook(int length) throws IOException {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        ByteArrayOutputStream back = new ByteArrayOutputStream();
        try (Spool spool = new Spool()) {
            for (int at = 0; at < length; at += 100_003) {
                spool.write(bytes, at, Math.min(100_003, length - at));
            }
            spool.copyTo(back);
        }
        assertArrayEquals(bytes, back.toByteArray());
    }
}
