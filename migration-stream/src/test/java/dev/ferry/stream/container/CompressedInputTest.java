package dev.ferry.stream.container;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.stream.LimitExceededException;
import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.StreamException;
import dev.ferry.stream.TruncatedStreamException;
import dev.ferry.stream.UnsupportedStreamException;
import dev.ferry.stream.io.MemorySource;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CompressedInputTest {

    private static final byte[] CONTENT = SampleStream.bytes(20_000);

    static byte[] sample(Compression compression) throws IOException {
        return Samples.resource(
                switch (compression) {
                    case XZ -> "sample.xz";
                    case GZIP -> "sample.gz";
                    case BZIP2 -> "sample.bz2";
                    case ZSTD -> "sample.zst";
                    case LZOP -> "sample.lzo";
                    case NONE -> throw new IllegalArgumentException();
                });
    }

    /** The same, where unpacking needs little memory and so opens quickly. */
    static byte[] quickSample(Compression compression) throws IOException {
        return switch (compression) {
            case XZ -> Samples.resource("small-dictionary.xz");
            case BZIP2 -> Samples.resource("small-block.bz2");
            case GZIP, ZSTD, LZOP, NONE -> sample(compression);
        };
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void unpacksWhatTheRealToolPacked(Compression compression) throws IOException {
        try (OpenedInput input = Samples.open(sample(compression))) {
            assertEquals(compression, input.compression());
            assertEquals(new PlainStream(0), input.container());
            assertFalse(input.stream().seekable());
            assertArrayEquals(CONTENT, Samples.drain(input.stream()));
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void aPipeIsAsGoodAsAFile(Compression compression) throws IOException {
        try (OpenedInput input = Samples.openForward(sample(compression))) {
            assertArrayEquals(CONTENT, Samples.drain(input.stream()));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "level9-all-adler.lzo",
                "level1-crc.lzo",
                "stdin-no-checks.lzo",
                "stdin.lzo"
            })
    void lzopFilesOfEveryKindUnpack(String sample) throws IOException {
        assertArrayEquals(CONTENT, Samples.stream(Samples.resource(sample)));
    }

    @Test
    void lzopMembersAreReadAsOneEvenIfOneIsEmpty() throws IOException {
        assertArrayEquals(
                Samples.concat(CONTENT, CONTENT),
                Samples.stream(Samples.resource("three-members.lzo")));
    }

    static Stream<List<String>> commands() {
        return Stream.of(
                        "xz -0 -c",
                        "xz -9 -c",
                        "xz -3 -C none -c",
                        "xz -C crc32 -c",
                        "xz -C sha256 -c",
                        "xz --block-size=10000 -c",
                        "xz --x86 --lzma2=dict=4KiB -c",
                        "gzip -1 -c",
                        "gzip -9 -n -c",
                        "bzip2 -1 -c",
                        "bzip2 -9 -c",
                        "zstd -q -1 -c",
                        "zstd -q -19 -c",
                        "zstd -q --no-check -c",
                        "zstd -q --long=27 -c",
                        "zstd -q --ultra -22 -c",
                        "lzop -1 -c",
                        "lzop -2 -c",
                        "lzop -3 -c",
                        "lzop -6 -C -c",
                        "lzop -7 -c",
                        "lzop -8 --crc32 -c",
                        "lzop -9 -CC --crc32 -c")
                .map(command -> List.of(command.split(" ", -1)));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyModeOfTheRealToolsUnpacks(List<String> command) throws IOException {
        Tool.require(command.getFirst());
        byte[] large = SampleStream.bytes(3_000_017);
        String[] words = command.toArray(String[]::new);
        assertArrayEquals(large, Samples.stream(Tool.filter(large, words)));
        TruncatedStreamException empty =
                assertThrows(
                        TruncatedStreamException.class,
                        () -> Samples.stream(Tool.filter(new byte[0], words)));
        assertEquals("migration stream: the input ends after 0 bytes", empty.problem());
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void membersAreReadAsOne(Compression compression) throws IOException {
        byte[] packed = sample(compression);
        assertArrayEquals(
                Samples.concat(CONTENT, CONTENT, CONTENT),
                Samples.stream(Samples.concat(packed, packed, packed)));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void zerosBehindAndBetweenMembersArePadding(Compression compression) throws IOException {
        byte[] packed = sample(compression);
        assertArrayEquals(
                Samples.concat(CONTENT, CONTENT),
                Samples.stream(
                        Samples.concat(packed, new byte[4096], packed, new byte[1_000_003])));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void otherBytesBehindTheLastMemberAreAnError(Compression compression) throws IOException {
        byte[] packed = Samples.concat(sample(compression), new byte[] {0, 0, 7, 7});
        MalformedStreamException e =
                assertThrows(MalformedStreamException.class, () -> Samples.stream(packed));
        assertTrue(e.problem().startsWith("after the last member: expected the end, found 07 07"));
        assertTrue(e.problem().endsWith("0x" + Integer.toHexString(packed.length - 2)));
        assertEquals(CONTENT.length, e.at().offset());
    }

    @Test
    void zstdSkippableFramesAreSkipped() throws IOException {
        byte[] skippable = {0x5c, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3};
        byte[] packed = sample(Compression.ZSTD);
        byte[] file = Samples.concat(skippable, packed, skippable, skippable, packed);
        try (OpenedInput input = Samples.open(file)) {
            assertEquals(Compression.ZSTD, input.compression());
            assertArrayEquals(Samples.concat(CONTENT, CONTENT), Samples.drain(input.stream()));
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void everyTruncationIsAnError(Compression compression) throws IOException {
        byte[] packed = quickSample(compression);
        for (int length = 0; length < packed.length; length++) {
            StreamException e =
                    Damage.readCutShort(
                            Arrays.copyOf(packed, length),
                            CONTENT,
                            compression + " cut to " + length);
            if (length >= 16) {
                assertInstanceOf(TruncatedStreamException.class, e, "cut to " + length);
            }
            assertTrue(e != null, "cut to " + length);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void everyDamagedByteIsNoticedOrHarmless(Compression compression) throws IOException {
        byte[] packed = quickSample(compression);
        RandomGenerator random = Damage.random(20_261_122);
        for (int i = 0; i < packed.length; i++) {
            byte[] damaged = packed.clone();
            int mask = 1 + random.nextInt(255);
            damaged[i] ^= (byte) mask;
            // With its magic gone, a packed file may show QEMU's as a literal.
            Damage.read(
                    damaged,
                    i < 10 ? null : CONTENT,
                    1 << 20,
                    compression + " byte " + i + " xor " + mask + " (seed 20261122)");
        }
    }

    @Test
    void bothOffsetsOfDamageAreTold() throws IOException {
        byte[] packed = sample(Compression.LZOP);
        packed[4000] ^= 1;
        MalformedStreamException e =
                assertThrows(MalformedStreamException.class, () -> Samples.stream(packed));
        assertTrue(e.problem().startsWith("lzop block Adler32: expected 0x"), e::problem);
        assertTrue(e.problem().contains(", at compressed offset 0x"), e::problem);
        assertEquals("lzop data", e.at().breadcrumb());
        assertEquals("memory", e.at().source());
    }

    @Test
    void anErrorStaysWhenReadAgain() throws IOException {
        byte[] packed = sample(Compression.GZIP);
        packed[packed.length - 8] ^= 1;
        try (OpenedInput input = Samples.open(packed)) {
            StreamException first =
                    assertThrows(StreamException.class, () -> Samples.drain(input.stream()));
            StreamException second =
                    assertThrows(StreamException.class, () -> Samples.drain(input.stream()));
            assertEquals(first.getMessage(), second.getMessage());
        }
    }

    @Test
    void hugeXzDictionariesAreRefusedBeforeAllocating() throws IOException {
        Tool.require("xz");
        byte[] packed = Tool.filter(CONTENT, "xz", "--lzma2=dict=1GiB", "-c");
        LimitExceededException e =
                assertThrows(LimitExceededException.class, () -> Samples.stream(packed));
        assertTrue(e.problem().startsWith("unpacking needs 104"), e::problem);
    }

    @Test
    void hugeZstdWindowsAreRefused() throws IOException {
        // Frame header: no single segment, window descriptor exponent 21, 2 GiB.
        byte[] packed = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0, (byte) (21 << 3), 1, 0, 0};
        LimitExceededException e =
                assertThrows(LimitExceededException.class, () -> Samples.stream(packed));
        assertTrue(e.problem().startsWith("zstd frame: "), e::problem);
    }

    @Test
    void lzopBlocksThatCannotBeAreRefused() throws IOException {
        byte[] packed = sample(Compression.LZOP);
        int header = 38 + (packed[33] & 0xff);
        byte[] huge = packed.clone();
        huge[header] = 0x40;
        assertThrows(LimitExceededException.class, () -> Samples.stream(huge));
        byte[] impossible = packed.clone();
        impossible[header] = 3;
        assertThrows(MalformedStreamException.class, () -> Samples.stream(impossible));
        byte[] split = packed.clone();
        Arrays.fill(split, header, header + 4, (byte) 0xff);
        assertThrows(UnsupportedStreamException.class, () -> Samples.stream(split));
    }

    @Test
    void compressionInsideCompressionIsNamed() throws IOException {
        Tool.require("gzip");
        byte[] twice = Tool.filter(sample(Compression.XZ), "gzip", "-c");
        UnsupportedStreamException e =
                assertThrows(UnsupportedStreamException.class, () -> Samples.open(twice));
        assertEquals("xz data inside gzip data: unpack one of them", e.problem());
    }

    @Test
    void aChannelIsUnpackedAndNotJudged() throws IOException {
        Tool.require("zstd");
        byte[] channel = {0x11, 0x22, 0x33, 0x44, 0, 0, 0, 1};
        for (byte[] file : List.of(channel, Tool.filter(channel, "zstd", "-q", "-c"))) {
            try (OpenedInput input = Containers.openChannel(new MemorySource("channel 1", file))) {
                assertArrayEquals(channel, Samples.drain(input.stream()));
                assertEquals(new PlainStream(0), input.container());
            }
        }
    }
}
