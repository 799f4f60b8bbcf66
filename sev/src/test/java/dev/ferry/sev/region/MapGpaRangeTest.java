package dev.ferry.sev.region;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.sev.region.MapGpaRange.Arguments;
import dev.ferry.sev.region.MapGpaRange.Result;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MapGpaRangeTest {

    private static final long FRAMES = 0x100;

    private final SharedRegions regions = new SharedRegions();
    private final MapGpaRange hypercall = new MapGpaRange(regions, FRAMES);

    @Test
    void bit4AloneSaysPrivateOrShared() {
        assertEquals(0, call(0x10_000, 4, 0));
        assertEquals("[0x10-0x14]", regions.toString());
        assertEquals(0, call(0x11_000, 1, 0x10));
        assertEquals("[0x10-0x11, 0x12-0x14]", regions.toString());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3, 15})
    void pageSizeIsAHint(long size) {
        assertEquals(0, call(0x10_000, 3, size));
        assertEquals("[0x10-0x13]", regions.toString());
        assertEquals(0, call(0x10_000, 3, 0x10 | size));
        assertEquals("[]", regions.toString());
    }

    @ParameterizedTest
    @CsvSource({
        "0x10001, 1, 0", // not the start of a page
        "0x10800, 1, 0x10",
        "0x10000, 0, 0", // no page
        "0x10000, -1, 0", // wraps around
        "0x10000, -16, 0",
        "-4096, 1, 0", // behind the guest's memory
        "0x100000, 1, 0",
        "0xff000, 2, 0",
        "0, 0x101, 0x10",
        "0, 0x7fffffffffffffff, 0x10",
        "0x10000, 1, 0x20", // reserved attributes
        "0x10000, 1, 0x30",
        "0x10000, 1, 0x100000000",
        "0x10000, 1, -1"
    })
    void wrongArgumentsChangeNothing(String gpa, String pages, String attributes) {
        regions.share(new GfnRange(0x10, 0x12));
        long rax = call(Long.decode(gpa), Long.decode(pages), Long.decode(attributes));
        assertEquals(-22, rax);
        assertEquals("[0x10-0x12]", regions.toString());
    }

    @Test
    void wholeMemoryIsWithinBounds() {
        assertEquals(0, call(0, FRAMES, 0));
        assertEquals("[0x0-0x100]", regions.toString());
        assertEquals(0, call(0, FRAMES, 0x10));
        assertTrue(regions.snapshot().isEmpty());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void onlyTheKernelMayCall(int cpl) {
        assertEquals(-1, hypercall.call(0x10_000, 1, 0, cpl, true).rax());
        MapGpaRange off = new MapGpaRange(regions, FRAMES, Arguments.ATTRIBUTES, false);
        assertEquals(-1, off.call(0x10_000, 1, 0, cpl, true).rax(), "privilege comes first");
        assertTrue(regions.snapshot().isEmpty());
    }

    @Test
    void callThatIsNotOfferedDoesNotExist() {
        MapGpaRange off = new MapGpaRange(regions, FRAMES, Arguments.ATTRIBUTES, false);
        assertEquals(-1000, off.call(0x10_000, 1, 0, 0, true).rax());
        assertEquals(-1000, off.call(0x10_001, 0, -1, 0, true).rax());
        assertTrue(regions.snapshot().isEmpty());
    }

    @Test
    void outsideOf64BitModeRegistersHave32Bits() {
        Result result =
                hypercall.call(
                        0xaaaa_aaaa_0001_0000L,
                        0x5555_5555_0000_0002L,
                        0xffff_ffff_0000_0000L,
                        0,
                        false);
        assertEquals(new Result(0, List.of(new GfnRange(0x10, 0x12))), result);
        assertEquals(0xffff_ffeaL, hypercall.call(1, 1, 0, 0, false).rax());
    }

    @Test
    void predecessorHasNoAttributes() {
        MapGpaRange old = new MapGpaRange(regions, FRAMES, Arguments.STATUS, true);
        assertEquals(0, old.call(0x10_000, 4, 0, 0, true).rax());
        assertEquals(0, old.call(0x10_000, 1, 1, 0, true).rax());
        assertEquals("[0x11-0x14]", regions.toString());
        assertEquals(-22, old.call(0x10_000, 1, 0x10, 0, true).rax());
        assertEquals("[0x11-0x14]", regions.toString());
    }

    @Test
    void changedPagesAreNamed() {
        call(0x10_000, 2, 0);
        assertEquals(
                List.of(new GfnRange(0x0f, 0x10), new GfnRange(0x12, 0x13)),
                hypercall.call(0xf_000, 4, 1, 0, true).changed());
    }

    @Test
    void newKernelMakesAllPrivateWhateverTheListWas() {
        MapGpaRange large = new MapGpaRange(regions, 1L << 28);
        for (int i = 0; i < 10_000; i++) {
            large.call(i * 0x3000L, 1, 0, 0, true);
        }
        assertEquals(10_000, regions.snapshot().size());
        // As its memory map has it: below the hole, and above 4 GiB.
        assertEquals(0, large.call(0, 0x9f, 0x10, 0, true).rax());
        assertEquals(0, large.call(0x100_000, 0xbff00, 0x10, 0, true).rax());
        assertEquals(0, large.call(1L << 32, (1L << 28) - (1L << 20), 0x10, 0, true).rax());
        assertEquals(33, regions.snapshot().pages(), "of the 97 frames 0x9f to 0xff, every third");
    }

    @Test
    void guestIsReadyUntilItSaysOtherwiseOrIsReset() {
        MigrationControl control = new MigrationControl(regions);
        assertEquals(false, control.ready());
        assertTrue(control.write(1));
        assertEquals(1, control.read());
        assertEquals(false, control.write(3), "reserved bits");
        assertTrue(control.ready());
        assertTrue(control.write(0));
        assertEquals(false, control.ready());

        call(0x10_000, 4, 0);
        control.write(1);
        control.reset();
        assertEquals(false, control.ready());
        assertTrue(regions.snapshot().isEmpty());
    }

    private long call(long gpa, long pages, long attributes) {
        return hypercall.call(gpa, pages, attributes, 0, true).rax();
    }
}
