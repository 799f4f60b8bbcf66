package dev.ferry.stream.ram;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** A delta, applied to a page of zeros between two others. */
class XbzrleFuzzTest {

    private static final int PAGE = 4096;

    @FuzzTest
    void delta(byte[] data) {
        byte[] memory = new byte[3 * PAGE];
        try {
            Xbzrle.apply(
                    MemorySegment.ofArray(data),
                    0,
                    data.length,
                    MemorySegment.ofArray(memory),
                    PAGE,
                    PAGE);
        } catch (MalformedPageException e) {
            // Refused, which is fine.
        }
        assertEquals(-1, Arrays.mismatch(Arrays.copyOf(memory, PAGE), new byte[PAGE]));
        assertEquals(
                -1,
                Arrays.mismatch(Arrays.copyOfRange(memory, 2 * PAGE, 3 * PAGE), new byte[PAGE]));
    }
}
