package dev.ferry.stream.vmstate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.stream.Limits;
import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.testdata.Fixtures;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The built-in catalogue against captures: those with a description taken away, and those that
 * never had one. No capture was used to build the catalogue.
 */
class UndescribedStreamsTest {

    static List<DeviceSections> described() throws IOException {
        return DescribedStreamsTest.described();
    }

    /** Sections the catalogue does not tell as the description does, by capture. */
    private static final Map<String, List<String>> NOT_KNOWN =
            Map.of(
                    // serial ports on ISA and on the board: same bytes, but the field around them
                    // has two names, and nothing on the wire says which port is which
                    "mips-malta-q10", List.of("serial", "serial"));

    @ParameterizedTest
    @MethodSource("described")
    void catalogueTellsWhatTheDescriptionTells(DeviceSections stream) throws IOException {
        WireInput in = new WireInput(new MemorySource(stream.name(), stream.stream()));
        CatalogueDecoder decoder =
                new CatalogueDecoder(
                        LayoutCatalogue.builtIn(),
                        RecordedClues.of(stream.stream()),
                        Limits.DEFAULT);
        List<String> wrong = new ArrayList<>();
        for (DeviceSections.Section section : stream.sections()) {
            in.seek(section.bodyOffset());
            CatalogueResult result =
                    decoder.decode(
                            in,
                            section.id(),
                            section.state().name(),
                            section.state().instance(),
                            section.state().version(),
                            section.footer() ? Footers.PRESENT : Footers.ABSENT);
            boolean right =
                    result instanceof CatalogueResult.Decoded decoded
                            && decoded.state().equals(section.state());
            if (!right) {
                wrong.add(section.state().name());
            }
        }
        assertEquals(NOT_KNOWN.getOrDefault(stream.name(), List.of()), wrong);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "novmdesc-q10",
                "postcopy-hugepage-q10",
                "postcopy-preempt-q10",
                "postcopy-preempt-q7",
                "postcopy-q10",
                "postcopy-q7",
                "postcopy-recover-q10",
                "postcopy-rp-q10",
                "release-ram-q10"
            })
    void streamsWithoutADescriptionAreDecodedToTheirEnd(String name) throws IOException {
        byte[] stream = Fixtures.named(name).main().readAllBytes();
        CatalogueDecoder decoder =
                new CatalogueDecoder(
                        LayoutCatalogue.builtIn(), RecordedClues.of(stream), Limits.DEFAULT);
        List<String> sections = decodeToTheEnd(name, stream, decoder);
        assertTrue(sections.size() > 20, sections.toString());
        assertEquals("globalstate", sections.getLast());
    }

    /** Decodes device sections from the first to where something else stands. */
    static List<String> decodeToTheEnd(String name, byte[] stream, CatalogueDecoder decoder)
            throws IOException {
        WireInput in = new WireInput(new MemorySource(name, stream));
        in.seek(RecordedClues.firstFullSection(stream));
        List<String> sections = new ArrayList<>();
        while (in.peek(0) == 0x04) {
            in.u8("type");
            long id = in.u32("id");
            String idstr = in.str8("name");
            long instance = in.u32("instance");
            long version = in.u32("version");
            long start = in.offset();
            CatalogueResult result =
                    decoder.decode(in, id, idstr, instance, version, Footers.PRESENT);
            CatalogueResult.Decoded decoded =
                    assertInstanceOf(CatalogueResult.Decoded.class, result, idstr);
            assertEquals(0x7e, in.u8("footer"));
            assertEquals(id, in.u32("footer id"));
            in.seek(start);
            assertEquals(
                    decoded.state(),
                    VmStateDecoder.decode(
                            in, decoded.layout(), idstr, instance, version, Limits.DEFAULT),
                    "by the layout found, as if it were a description");
            in.skip(5, "footer");
            sections.add(idstr);
        }
        // behind the sections: the end of the stream, or of the package (a ping, then the run
        // command)
        assertTrue(in.peek(0) == 0x00 || in.peek(0) == 0x08, "next is " + in.peek(0));
        return sections;
    }
}
