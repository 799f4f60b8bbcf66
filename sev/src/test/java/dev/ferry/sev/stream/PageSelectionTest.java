package dev.ferry.sev.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.sev.region.GfnRange;
import dev.ferry.sev.region.SharedRegions;
import dev.ferry.stream.ReaderOptions;
import dev.ferry.stream.ram.PageKind;
import dev.ferry.stream.ram.PageRun;
import dev.ferry.stream.ram.PageSink;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.testdata.SevFixture;
import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PageSelectionTest {

    private static final Set<String> ROMS = Set.of("pc.bios", "pc.rom", "isa-bios");

    /** A machine of the captures: less than 3 GiB of memory, from 0 on. */
    private static final PageSelection.Machine SMALL =
            new PageSelection.Machine() {
                @Override
                public boolean isRom(RamBlock block) {
                    return ROMS.contains(block.id()) || block.id().startsWith("/rom@");
                }

                @Override
                public long gfn(RamBlock block, long offset) {
                    return offset >> 12;
                }
            };

    private static RamBlock block(String id) {
        return new RamBlock(0, id, 8L << 30, 0, OptionalLong.empty(), null);
    }

    /** Those whose guest did not change its mind while it was sent. */
    static List<SevFixture> constantLists() {
        return Captures.all().stream()
                .filter(fixture ->
                        fixture.metadata()
                                .at("/verified/record_kind_matches_wire_list")
                                .asBoolean())
                .toList();
    }

    @ParameterizedTest
    @MethodSource("constantLists")
    void capturedPagesWereSelectedLikeThis(SevFixture fixture) throws IOException {
        PageSelection selection =
                new PageSelection(
                        SMALL,
                        SharedRegions.of(
                                fixture.regionsOnWire().stream()
                                        .map(region -> new GfnRange(region.start(), region.end()))
                                        .toList()));
        long[] pages = new long[1];
        PageSink sink =
                new PageSink() {
                    @Override
                    public void blocks(List<RamBlock> blocks, int pageSize) {}

                    @Override
                    public void pages(PageRun run) {
                        for (int i = 0; i < run.count(); i++) {
                            long offset = run.offset() + i * 4096L;
                            assertEquals(
                                    run.kind() == PageKind.ENCRYPTED,
                                    selection.isPrivate(run.block(), offset),
                                    () -> run.block() + " 0x" + Long.toHexString(offset));
                            pages[0]++;
                        }
                    }
                };
        Captures.read(
                fixture.readAllBytes(),
                ReaderOptions.DEFAULT
                        .withExtension(new SevReading(SevOptions.DEFAULT))
                        .withPages(sink));
        assertTrue(pages[0] > fixture.pageRecords("encrypted"));
    }

    @Test
    void eightCapturesHaveAConstantList() {
        assertEquals(8, constantLists().size());
    }

    @Test
    void memoryAboveFourGibIsFoundWhereTheGuestSeesIt() {
        long hole = 3L << 30;
        PageSelection.Machine large =
                new PageSelection.Machine() {
                    @Override
                    public boolean isRom(RamBlock block) {
                        return false;
                    }

                    @Override
                    public long gfn(RamBlock block, long offset) {
                        return (offset < hole ? offset : offset - hole + (4L << 30)) >> 12;
                    }
                };
        SharedRegions shared = SharedRegions.of(List.of(new GfnRange(0x100000, 0x100001)));
        PageSelection selection = new PageSelection(large, shared);
        assertFalse(selection.isPrivate(block("pc.ram"), hole));
        assertTrue(selection.isPrivate(block("pc.ram"), 4L << 30));
        shared.unshare(new GfnRange(0x100000, 0x100001));
        assertTrue(selection.isPrivate(block("pc.ram"), hole));
    }

    @Test
    void flashGoesByItsName() {
        PageSelection selection =
                new PageSelection(SMALL, SharedRegions.of(List.of(new GfnRange(0, 0x1000))));
        assertTrue(selection.isPrivate(block("system.flash0"), 0));
        assertFalse(selection.isPrivate(block("system.flash1"), 0x2000L << 12));
        assertFalse(selection.isPrivate(block("pc.bios"), 0x2000L << 12));
        assertFalse(selection.isPrivate(block("pc.ram"), 0));
        assertTrue(selection.isPrivate(block("pc.ram"), 0x1000L << 12));
    }
}
