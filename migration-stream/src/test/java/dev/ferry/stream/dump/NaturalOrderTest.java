package dev.ferry.stream.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NaturalOrderTest {

    @Test
    void numbersCompareByValue() {
        List<String> sorted =
                List.of(
                        "",
                        "dimm",
                        "dimm0",
                        "dimm1",
                        "dimm01",
                        "dimm2",
                        "dimm10",
                        "dimm10a",
                        "dimm99999999999999999999",
                        "ram-node0",
                        "ram-node0-1",
                        "ram-node1");
        for (int seed = 0; seed < 20; seed++) {
            List<String> names = new ArrayList<>(sorted);
            Collections.shuffle(names, new Random(seed));
            names.sort(new NaturalOrder());
            assertEquals(sorted, names, "seed " + seed);
        }
    }
}
