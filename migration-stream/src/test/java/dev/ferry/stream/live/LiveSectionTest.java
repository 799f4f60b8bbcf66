package dev.ferry.stream.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.StreamException;
import dev.ferry.stream.TruncatedStreamException;
import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.item.SectionBody;
import dev.ferry.stream.testing.ForwardSource;
import dev.ferry.stream.testing.WireBytes;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class LiveSectionTest {

    private static final String FOOTER = "7e 00000003";

    /** Reads a body and checks that reading stopped at the footer behind it. */
    private static SectionBody.Live read(String name, WireBytes body) throws IOException {
        byte[] bytes = WireBytes.of().raw(body.bytes()).raw(FOOTER).bytes();
        SectionBody.Live whole = read(name, new WireInput(new MemorySource("t", bytes)));
        assertEquals(whole, read(name, new WireInput(ForwardSource.inPieces(bytes, 1))));
        return whole;
    }

    private static SectionBody.Live read(String name, WireInput in) throws IOException {
        SectionBody.Live body =
                Objects.requireNonNull(LiveSection.of(name)).read(in, LiveListener.NONE);
        assertEquals(0x7e, in.u8("footer"));
        return body;
    }

    private static SectionBody.Live read(String name, String hexDigits) throws IOException {
        return read(name, WireBytes.of().raw(hexDigits));
    }

    private static void assertMalformed(String name, String problem, long at, String hexDigits) {
        StreamException e =
                assertThrows(MalformedStreamException.class, () -> read(name, hexDigits));
        assertEquals(problem, e.problem());
        assertEquals(at, e.at().offset(), "offset");
    }

    @Test
    void otherSectionsAreNotKnown() {
        assertNull(LiveSection.of("ram"));
        assertNull(LiveSection.of(""));
        assertNull(LiveSection.of("vfio"));
    }

    // --- dirty bitmaps -----------------------------------------------------------------------

    @Test
    void dirtyBitmapsStartBitsAndComplete() throws IOException {
        assertEquals(
                new SectionBody.Live("dirty bitmaps", 5, 32),
                read(
                        "dirty-bitmap",
                        WireBytes.of()
                                .raw("1c")
                                .str8("disk0")
                                .str8("b0")
                                .raw("00010000 01")
                                .raw("40 0000000000000000 00000800 0000000000000020")
                                .fill(0xff, 32)
                                .raw("42 0000000000000800 00000800")
                                .raw("44")
                                .str8("b1")
                                .raw("0000000000000000 00000800")
                                .raw("0000000000000000")
                                .raw("20")
                                .raw("01")));
        assertEquals(new SectionBody.Live("dirty bitmaps", 0, 0), read("dirty-bitmap", "01"));
    }

    @Test
    void dirtyBitmapRecordsMustBeKnown() {
        assertMalformed(
                "dirty-bitmap",
                "dirty bitmap record: expected START, BITS, COMPLETE or EOS, found flags 0x50",
                0,
                "50");
        assertMalformed(
                "dirty-bitmap",
                "dirty bitmap record: expected START, BITS, COMPLETE or EOS, found flags 0x0",
                0,
                "00");
        assertMalformed(
                "dirty-bitmap",
                "dirty bitmap record: expected START, BITS, COMPLETE or EOS, found flags 0x8001",
                0,
                "8001");
        assertMalformed(
                "dirty-bitmap",
                "dirty bitmap record: expected START, BITS, COMPLETE or EOS, found flags"
                        + " 0xc0000001",
                0,
                "c0000001");
    }

    @Test
    void dirtyBitmapLengthsAreNotBelieved() {
        assertMalformed(
                "dirty-bitmap",
                "bitmap chunk: expected a length below 2^62, found 18446744073709551615",
                21,
                "40 0000000000000000 00000800 ffffffffffffffff");
        assertThrows(
                TruncatedStreamException.class,
                () -> read("dirty-bitmap", "40 0000000000000000 00000800 3fffffffffffffff"));
    }

    // --- disk blocks -------------------------------------------------------------------------

    @Test
    void diskBlocksAreOneMebibyteOrZero() throws IOException {
        assertEquals(
                new SectionBody.Live("disk blocks", 2, 1 << 20),
                read(
                        "block",
                        WireBytes.of()
                                .raw("0000000000100001")
                                .str8("ide0")
                                .fill(7, 1 << 20)
                                .raw("0000000000200009")
                                .str8("ide0")
                                .raw("0000000000006404")
                                .raw("0000000000000002")));
    }

    @Test
    void diskBlockFlagsMustBeKnown() {
        assertMalformed("block", "disk block record: unknown flags 0x10", 0, "0000000000000010");
        assertMalformed("block", "disk block record: unknown flags 0x0", 0, "0000000000000200");
    }

    // --- pseries hash table ------------------------------------------------------------------

    @Test
    void hashTableTellsItsSizeFirst() throws IOException {
        for (String header : List.of("00000018", "ffffffff")) {
            assertEquals(new SectionBody.Live("hash page table", 0, 0), read("spapr/htab", header));
        }
    }

    @Test
    void hashTableChunksEndInAnEmptyOne() throws IOException {
        assertEquals(
                new SectionBody.Live("hash page table", 3, 48),
                read(
                        "spapr/htab",
                        WireBytes.of()
                                .raw("00000000")
                                .raw("00000000 0002 0001")
                                .fill(1, 32)
                                .raw("00000003 0000 0005")
                                .raw("00000008 0001 0000")
                                .fill(2, 16)
                                .raw("00000000 0000 0000")));
    }

    @Test
    void hashTableHeaderMustBeKnown() {
        assertMalformed(
                "spapr/htab",
                "hash table header: expected a size, 0 or 0xffffffff, found 0x80000000",
                0,
                "80000000");
    }

    // --- s390x storage attributes ------------------------------------------------------------

    @Test
    void storageAttributesEndInEosOrAfterDone() throws IOException {
        assertEquals(
                new SectionBody.Live("storage attributes", 1, 3),
                read(
                        "s390-storage_attributes",
                        "0000000000005002 0000000000000003 010203 0000000000000001"));
        assertEquals(
                new SectionBody.Live("storage attributes", 0, 0),
                read("s390-storage_attributes", "0000000000000008 0000000000000001"));
        assertEquals(
                new SectionBody.Live("storage attributes", 0, 0),
                read("s390-storage_attributes", "0000000000000008"));
    }

    @Test
    void storageAttributeRecordsMustBeKnown() {
        assertMalformed(
                "s390-storage_attributes",
                "storage attributes: the source reported an error",
                0,
                "0000000000000004");
        assertMalformed(
                "s390-storage_attributes",
                "storage attributes record: unknown flags 0x3",
                8,
                "0000000000000008 0000000000000003 00");
        assertMalformed(
                "s390-storage_attributes",
                "storage attributes: expected a length below 2^62, found 18446744073709551615",
                16,
                "0000000000000002 ffffffffffffffff");
    }
}
