package dev.ferry.stream.vmstate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.stream.Limits;
import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LayoutCatalogueTest {

    private static final String TABLE =
            """
            # a comment
            dev/more 2
              uint32 n
              struct*2 pair inner 1
                uint8 a
                uint16*3 b
              uint8 last
            """;

    private static LayoutTemplate one(String table) {
        return LayoutTable.parse(table.lines().toList()).getFirst();
    }

    private static LayoutCatalogue.Entry entry(String table, LayoutOrigin... origins) {
        return new LayoutCatalogue.Entry(one(table), List.of(origins), 1);
    }

    private static CatalogueResult decode(LayoutCatalogue catalogue, Footers footers, String hex)
            throws IOException {
        byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
        WireInput in = new WireInput(new MemorySource("test", bytes));
        return new CatalogueDecoder(catalogue, new StreamClues("pc-q35-8.1", 1), Limits.DEFAULT)
                .decode(in, 7, "0000:00:01.0/dev", 0, 1, footers);
    }

    @Test
    void catalogueIsReadBackAsWritten() throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        CatalogueFormat.write(LayoutCatalogue.builtIn(), file);
        LayoutCatalogue again = CatalogueFormat.read(new ByteArrayInputStream(file.toByteArray()));
        assertEquals(LayoutCatalogue.builtIn().sections(), again.sections());
        assertEquals(LayoutCatalogue.builtIn().allSubsections(), again.allSubsections());
    }

    @Test
    void damagedCatalogueFilesAreRefused() throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        CatalogueFormat.write(LayoutCatalogue.builtIn(), file);
        byte[] bytes = file.toByteArray();
        bytes[bytes.length / 2] ^= 0x55;
        assertThrows(
                IOException.class, () -> CatalogueFormat.read(new ByteArrayInputStream(bytes)));
        bytes[0] = 0;
        assertThrows(
                IOException.class, () -> CatalogueFormat.read(new ByteArrayInputStream(bytes)));
    }

    @Test
    void tablesNestByIndentation() {
        LayoutTemplate layout = one(TABLE);
        assertEquals("dev/more", layout.name());
        assertEquals(2, layout.version());
        assertEquals(
                List.of("n", "pair", "last"),
                layout.fields().stream().map(FieldTemplate::name).toList());
        assertEquals(4 + 2 * (1 + 3 * 2) + 1, layout.fixedBytes());
    }

    @Test
    void theNearestMachineComesFirst() {
        String far = "dev 1\n  uint8 far";
        String near = "dev 1\n  uint8 near";
        String exact = "dev 1\n  uint8 exact";
        LayoutCatalogue catalogue =
                new LayoutCatalogue(
                        Map.of(
                                "dev",
                                List.of(
                                        entry(far, new LayoutOrigin("arm", "10.0", "virt-8.1", 0)),
                                        entry(
                                                near,
                                                new LayoutOrigin(
                                                        "x86_64", "10.0", "pc-q35-8.0", 0)),
                                        entry(
                                                exact,
                                                new LayoutOrigin(
                                                        "x86_64", "10.0", "pc-q35-8.1", 0)))),
                        Map.of());
        List<String> order = new ArrayList<>();
        for (LayoutTemplate template :
                catalogue.candidates("pc-q35-8.1", 0, "0000:00:01.0/dev", 0, 1)) {
            order.add(template.fields().getFirst().name());
        }
        assertEquals(List.of("exact", "near", "far"), order);
        assertEquals(List.of(), catalogue.candidates("pc-q35-8.1", 0, "0000:00:01.0/dev", 0, 2));
    }

    @Test
    void layoutsThatDoNotEndWithTheSectionArePassedOver() throws IOException {
        LayoutOrigin here = new LayoutOrigin("x86_64", "8.1", "pc-q35-8.1", 0);
        LayoutOrigin there = new LayoutOrigin("x86_64", "8.0", "pc-q35-8.0", 0);
        LayoutCatalogue catalogue =
                new LayoutCatalogue(
                        Map.of(
                                "dev",
                                List.of(
                                        entry("dev 1\n  uint16 wrong", here),
                                        entry("dev 1\n  uint32 right", there))),
                        Map.of());
        for (Footers footers : Footers.values()) {
            String footer = footers == Footers.ABSENT ? "" : "7e 00000007";
            CatalogueResult.Decoded decoded =
                    assertInstanceOf(
                            CatalogueResult.Decoded.class,
                            decode(
                                    catalogue,
                                    footers,
                                    "01020304"
                                            + footer
                                            + "04 00000008 03 637075 00000000 0000000c"),
                            footers.toString());
            assertNotNull(decoded.state().root().field("right"));
        }
    }

    @Test
    void subsectionsNobodyKnowsAreKeptAsBytes() throws IOException {
        LayoutOrigin here = new LayoutOrigin("x86_64", "8.1", "pc-q35-8.1", 0);
        LayoutCatalogue catalogue =
                new LayoutCatalogue(
                        Map.of("dev", List.of(entry("dev 1\n  uint16 a", here))),
                        Map.of("dev/more", List.of(one("dev/more 1\n  uint8 b"))));
        CatalogueResult.Decoded decoded =
                assertInstanceOf(
                        CatalogueResult.Decoded.class,
                        decode(
                                catalogue,
                                Footers.PRESENT,
                                "0001 05 07 6465762f6e6577 00000003 aabbcc"
                                        + " 05 08 6465762f6d6f7265 00000001 09 7e00000007 00"));
        assertEquals(
                List.of("dev/new", "dev/more"),
                decoded.state().root().subsections().stream()
                        .map(VmStateValue.SubsectionValue::name)
                        .toList());
        assertEquals(3, decoded.state().root().subsections().getFirst().body().length());
    }

    @Test
    void builtInCatalogueKnowsSubsectionsOfTheCpu() {
        for (String name :
                List.of(
                        "cpu/steal_time_msr",
                        "cpu/avx512",
                        "cpu/mpx",
                        "cpu_common/crash_occurred")) {
            assertTrue(!LayoutCatalogue.builtIn().subsections(name).isEmpty(), name);
        }
    }

    @Test
    void choicesVisitEveryWayOnce() {
        Choices choices = new Choices();
        List<String> ways = new ArrayList<>();
        do {
            int first = choices.choose(2);
            // the second place exists on one way only
            ways.add(first == 0 ? "0" + choices.choose(3) : "1");
        } while (choices.next());
        assertEquals(List.of("00", "01", "02", "1"), ways);
    }

    @Test
    void machineFamiliesEndBeforeTheVersion() {
        assertEquals("pc-q35", LayoutOrigin.family("pc-q35-10.0"));
        assertEquals("pc-q35", LayoutOrigin.family("pc-q35-4.0.1"));
        assertEquals("s390-ccw-virtio", LayoutOrigin.family("s390-ccw-virtio"));
        assertEquals("", LayoutOrigin.family(""));
    }
}
