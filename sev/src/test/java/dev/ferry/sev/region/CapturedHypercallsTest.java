package dev.ferry.sev.region;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ferry.testdata.SevFixture;
import dev.ferry.testdata.SevFixtures;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the guests of the captures called, and the lists that follow from it. */
class CapturedHypercallsTest {

    private static final long FRAMES = 1L << 20;

    static List<SevFixture> captures() {
        return SevFixtures.all();
    }

    @ParameterizedTest
    @MethodSource("captures")
    void callsMakeTheCorrectList(SevFixture capture) throws Exception {
        SharedRegions regions = new SharedRegions();
        MapGpaRange hypercall = new MapGpaRange(regions, FRAMES);
        int calls = 0;
        for (JsonNode call : capture.metadata().required("hypercalls")) {
            long rax =
                    hypercall
                            .call(
                                    call.required("gpa").longValue(),
                                    call.required("npages").longValue(),
                                    call.required("attrs").longValue(),
                                    0,
                                    true)
                            .rax();
            assertEquals(call.required("ret").longValue(), rax, capture.name() + ", call " + calls);
            calls++;
        }
        List<GfnRange> expected =
                capture.regionsCorrect().stream()
                        .map(region -> new GfnRange(region.start(), region.end()))
                        .toList();
        assertEquals(expected, regions.toWire(), capture.name());
    }
}
