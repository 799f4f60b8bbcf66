package dev.ferry.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.testing.WireBytes;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigurationReaderTest {

    /** Reads a configuration, tag included, behind which the end mark stands. */
    private static StreamItem.Configuration read(WireBytes body) throws IOException {
        byte[] bytes = WireBytes.of().u8(7).raw(body.bytes()).u8(0).bytes();
        WireInput in = new WireInput(new MemorySource("test", bytes));
        in.u8("tag");
        StreamItem.Configuration configuration =
                ConfigurationReader.read(in, 0, 0, StreamListener.NONE);
        assertEquals(bytes.length - 1, in.offset());
        assertEquals(bytes.length - 1, configuration.length());
        return configuration;
    }

    private static WireBytes pc() {
        return WireBytes.of().raw("00000002 7063");
    }

    private static void assertFails(
            Class<? extends StreamException> type, String problem, long at, WireBytes body) {
        StreamException e = assertThrows(type, () -> read(body));
        assertEquals(problem, e.problem());
        assertEquals(at, e.at().offset(), "offset");
    }

    @Test
    void machineAlone() throws IOException {
        assertEquals(
                new StreamItem.Configuration(
                        0, 0, 7, "pc", List.of(), Optional.empty(), OptionalInt.empty()),
                read(pc()));
        assertEquals("", read(WireBytes.of().u32(0)).machine());
    }

    @Test
    void subsectionsTellWhatCannotBeGuessed() throws IOException {
        StreamItem.Configuration configuration =
                read(
                        pc().u8(5)
                                .str8("configuration/target-page-bits")
                                .u32(1)
                                .u32(14)
                                .u8(5)
                                .str8("configuration/capabilities")
                                .u32(1)
                                .u32(2)
                                .str8("x-ignore-shared")
                                .str8("mapped-ram")
                                .u8(5)
                                .str8("configuration/uuid")
                                .u32(1)
                                .raw("00112233 44556677 8899aabb ccddeeff"));
        assertEquals(OptionalInt.of(14), configuration.targetPageBits());
        assertEquals(List.of("x-ignore-shared", "mapped-ram"), configuration.capabilities());
        assertEquals(
                Optional.of(UUID.fromString("00112233-4455-6677-8899-aabbccddeeff")),
                configuration.uuid());
    }

    @Test
    void machineNameHasALimit() {
        assertFails(
                LimitExceededException.class,
                "machine name's length: 4294967295 found, the limit is 4096",
                1,
                WireBytes.of().raw("ffffffff"));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 7, 17, 63, 0xffffffffL})
    void pageBitsMustBePossible(long bits) {
        assertFails(
                MalformedStreamException.class,
                "target page bits: expected 8 to 16, found " + bits,
                43,
                pc().u8(5).str8("configuration/target-page-bits").u32(1).u32(bits));
    }

    @Test
    void capabilitiesHaveALimit() {
        assertFails(
                LimitExceededException.class,
                "number of capabilities: 4294967295 found, the limit is 256",
                39,
                pc().u8(5).str8("configuration/capabilities").u32(1).raw("ffffffff"));
    }

    @Test
    void subsectionsMustBeKnown() {
        assertFails(
                UnsupportedStreamException.class,
                "configuration subsection: expected target-page-bits, capabilities or uuid,"
                        + " found 'configuration/x'",
                7,
                pc().u8(5).str8("configuration/x").u32(1));
        assertFails(
                UnsupportedStreamException.class,
                "subsection version: expected 1, found 2",
                7,
                pc().u8(5).str8("configuration/uuid").u32(2));
    }

    @Test
    void inputMayEndAnywhere() {
        byte[] whole = pc().u8(5).str8("configuration/uuid").u32(1).fill(1, 16).bytes();
        for (int length = 0; length < whole.length; length++) {
            if (length == 6) {
                continue; // a configuration without subsections
            }
            WireInput in =
                    new WireInput(new MemorySource("test", java.util.Arrays.copyOf(whole, length)));
            assertThrows(
                    TruncatedStreamException.class,
                    () -> ConfigurationReader.read(in, 0, 0, StreamListener.NONE));
        }
    }
}
