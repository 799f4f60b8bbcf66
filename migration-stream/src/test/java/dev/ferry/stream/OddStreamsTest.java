package dev.ferry.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.io.WireOutput;
import dev.ferry.stream.testing.ForwardSource;
import dev.ferry.stream.testing.WireBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What QEMU reads but does not write stays as it is too. */
class OddStreamsTest {

    /** Recodes and compares; what was kept as it was. */
    private static List<String> recode(byte[] stream) throws IOException {
        List<String> kept = recode(new WireInput(new MemorySource("odd", stream)), stream);
        assertEquals(kept, recode(new WireInput(ForwardSource.inPieces(stream, 7)), stream));
        return kept;
    }

    private static List<String> recode(WireInput in, byte[] expected) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (StreamRecoder recoder =
                new StreamRecoder(
                        in,
                        new WireOutput(Channels.newChannel(bytes)),
                        ReaderOptions.DEFAULT.withPageSize(4096))) {
            List<StreamRecoder.Kept> kept = recoder.run();
            assertArrayEquals(expected, bytes.toByteArray());
            return kept.stream().map(k -> k.at() + ": " + k.what()).toList();
        }
    }

    private static void assertSame(StreamBytes stream) throws IOException {
        assertEquals(List.of(), recode(stream.bytes()));
    }

    @Test
    void subsectionsOfTheConfigurationInAnyOrderAndTwice() throws IOException {
        StreamBytes stream = StreamBytes.of();
        stream.raw(
                WireBytes.of()
                        .u8(5)
                        .str8("configuration/uuid")
                        .u32(1)
                        .raw("00112233445566778899aabbccddeeff")
                        .bytes());
        stream.capabilities("x-ignore-shared").capabilities();
        stream.raw(
                WireBytes.of().u8(5).str8("configuration/target-page-bits").u32(1).u32(12).bytes());
        assertSame(stream.eof());
    }

    @Test
    void moreSubsectionsThanTheLimitAreRefused() {
        StreamBytes stream = StreamBytes.of();
        for (int i = 0; i < 17; i++) {
            stream.capabilities();
        }
        LimitExceededException e =
                assertThrows(LimitExceededException.class, () -> recode(stream.eof().bytes()));
        assertEquals("subsections of the configuration: 17 found, the limit is 16", e.problem());
    }

    @Test
    void blocksThatAreNamedAlthoughTheyNeedNot() throws IOException {
        assertSame(
                StreamBytes.of()
                        .ramStart(0x4000)
                        .ramPart(
                                WireBytes.of()
                                        .u64(0x0002)
                                        .str8("m")
                                        .u8(0)
                                        .u64(0x1022)
                                        .u8(0)
                                        .u64(0x2002)
                                        .str8("m")
                                        .u8(7)
                                        .u64(0x3008)
                                        .str8("m")
                                        .fill(0x5a, 4096)
                                        .u64(0x2028)
                                        .fill(0xa5, 4096))
                        .ramPart(WireBytes.of().u64(0x0002).str8("m").u8(0))
                        .ramEnd()
                        .eof());
    }

    @Test
    void deltasAndCompressedPagesThatNobodyCanRead() throws IOException {
        assertSame(
                StreamBytes.of()
                        .ramStart(0x4000)
                        .ramPart(
                                WireBytes.of()
                                        .u64(0x0040)
                                        .str8("m")
                                        .raw("01 0003 ffffff")
                                        .u64(0x1120)
                                        .u32(2)
                                        .raw("dead"))
                        .eof());
    }

    @Test
    void wordsWithMoreInThemThanTheirFlag() throws IOException {
        WireBytes list = WireBytes.of().u64(0x1024).str8("m").u64(0x1000).u64(0x7000 | 0x30);
        assertSame(
                StreamBytes.of()
                        .start(1, 2, "ram", 0, 4)
                        .raw(list.bytes())
                        .footer(2)
                        .raw("02 00000002")
                        .raw(WireBytes.of().u64(0x200).u64(0x20a0).u64(0x10).bytes())
                        .footer(2)
                        .eof());
    }

    @Test
    void theBlockListTwice() throws IOException {
        WireBytes list = WireBytes.of().u64(0x1004).str8("m").u64(0x1000);
        assertSame(StreamBytes.of().ramStart(0x1000).ramPart(list).ramPart(list).ramEnd().eof());
    }

    @Test
    void packagesInPackages() throws IOException {
        byte[] inner = StreamBytes.bare().command(2, "00000005").packaged(new byte[0]).bytes();
        byte[] outer =
                StreamBytes.bare()
                        .packaged(inner)
                        .packaged(inner)
                        .ramStart(0x1000)
                        .ramPart(WireBytes.of().u64(2).str8("m").u8(0))
                        .bytes();
        assertSame(
                StreamBytes.of()
                        .packaged(new byte[0])
                        .packaged(outer)
                        .ramPart(WireBytes.of().u64(0x22).u8(0))
                        .packaged(inner)
                        .eof());
    }

    @Test
    void commandsOfEveryKind() throws IOException {
        assertSame(
                StreamBytes.of()
                        .command(1, "")
                        .command(2, "ffffffff")
                        .command(3, "0000000000001000 0000000000001000")
                        .ramStart(0x4000)
                        .command(6, "00 016d 00")
                        .command(6, "00 016d 00 0000000000001000 0000000000002000")
                        .command(4, "")
                        .command(5, "")
                        .command(8, "")
                        .command(9, "")
                        .command(10, "016d")
                        .command(10, "00")
                        .command(11, "")
                        .eof());
        assertSame(StreamBytes.of().command(3, "").eof());
    }

    @Test
    void recordsOfLiveSections() throws IOException {
        assertSame(
                StreamBytes.of()
                        .start(1, 3, "dirty-bitmap", 0, 1)
                        .raw("1e 0164 00 ffffffff ff")
                        .raw("01")
                        .footer(3)
                        .raw("03 00000003")
                        .raw("40 0000000000000001 ffffffff 0000000000000003 010203")
                        .raw("46 0162 ffffffffffffffff 00000000")
                        .raw("22 2c 00 0162")
                        .raw("01")
                        .footer(3)
                        .start(1, 4, "block", 0, 1)
                        .raw("0000000000000604 fffffffffffffe04")
                        .raw("0000000000000a09 0176 fffffffffffffe09 00")
                        .raw("fffffffffffffe02")
                        .footer(4)
                        .start(1, 5, "spapr/htab", 0, 1)
                        .raw("7fffffff")
                        .footer(5)
                        .raw("02 00000005 00000000")
                        .raw("00000000 0000 ffff  ffffffff 0001 0000")
                        .raw("00112233445566778899aabbccddeeff")
                        .raw("00000000 0000 0000")
                        .footer(5)
                        .start(1, 6, "s390-storage_attributes", 0, 1)
                        .raw("fffffffffffff002 0000000000000003 0a0b0c")
                        .raw("0000000000001008 0000000000002002 0000000000000000")
                        .raw("0000000000003001")
                        .footer(6)
                        .raw("03 00000006 0000000000000008")
                        .footer(6)
                        .eof());
    }

    @Test
    void whatNobodyKnowsIsKept() throws IOException {
        byte[] stream =
                StreamBytes.of()
                        .ramStart(0x1000)
                        .start(1, 9, "vfio", 0, 1)
                        .raw("0123456789abcdef")
                        .footer(9)
                        .eof()
                        .bytes();
        assertEquals(
                List.of("63: section 9 'vfio': a live section of a kind that is not known"),
                recode(stream));
    }

    @Test
    void jsonOfOthersIsKept() throws IOException {
        byte[] stream =
                StreamBytes.of()
                        .device(7, "d", WireBytes.hex("0102"))
                        .eof()
                        .vmdesc(
                                "{\"page_size\":4096,\"devices\":[{\"name\":\"d\",\"instance_id\":0,"
                                        + "\"vmsd_name\":\"d\",\"version\":1,\"fields\":[{\"name\":"
                                        + "\"x\",\"type\":\"buffer\",\"size\":2}]}]}")
                        .bytes();
        assertEquals(
                List.of("38: a description that is not written as QEMU's are"), recode(stream));
    }

    @Test
    void whatTrailsIsKept() throws IOException {
        byte[] stream = StreamBytes.of().eof().raw("00000000 ffff").bytes();
        assertEquals(List.of("16: bytes behind the stream"), recode(stream));
    }

    @Test
    void streamsWithoutFooters() throws IOException {
        assertSame(
                StreamBytes.of()
                        .start(1, 2, "ram", 0, 4)
                        .raw(WireBytes.of().u64(0x1004).str8("m").u64(0x1000).u64(0x10).bytes())
                        .raw("03 00000002 0000000000000010")
                        .eof());
    }
}
