package dev.ferry.stream.container;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.stream.LimitExceededException;
import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.StreamException;
import dev.ferry.stream.TruncatedStreamException;
import dev.ferry.stream.UnsupportedStreamException;
import dev.ferry.testdata.Fixtures;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every field of a real image set to what must not be. */
class Qcow2DamageTest {

    private byte[] image = {};
    private Qcow2Bytes fields = new Qcow2Bytes(image);

    @BeforeEach
    void takeARealImage() throws IOException {
        image = Fixtures.named("savevm-q10").main().readAllBytes();
        fields = new Qcow2Bytes(image);
    }

    private void fails(Class<? extends StreamException> type, long at, String problem) {
        StreamException e = fields.fails(type);
        assertTrue(e.problem().contains(problem), e::problem);
        assertEquals(at, e.at().offset(), e::problem);
        assertEquals("qcow2 image", e.at().breadcrumb());
    }

    @Test
    void unknownVersionsAreRefused() {
        fields.putInt(4, 4);
        fails(UnsupportedStreamException.class, 4, "found 4, 2 and 3 are known");
    }

    @Test
    void encryptionIsNamed() {
        fields.putInt(32, 2);
        fails(UnsupportedStreamException.class, 32, "encrypted (LUKS), VM state included");
        fields.putInt(32, 1);
        fails(UnsupportedStreamException.class, 32, "encrypted (AES)");
    }

    @Test
    void externalDataFilesAreNamed() {
        fields.putLong(72, 4);
        fails(UnsupportedStreamException.class, 72, "keeps its data in an external file");
    }

    @Test
    void unknownFeaturesAreRefused() {
        fields.putLong(72, 0x8000_0000_0000_0020L);
        fails(UnsupportedStreamException.class, 72, "unknown bits 0x8000000000000020");
    }

    @Test
    void unknownCompressionTypesAreRefused() {
        fields.putLong(72, 8).putInt(104, 2 << 24);
        fails(UnsupportedStreamException.class, 104, "found 2, 0 (zlib) and 1 (zstd) are known");
        fields.putInt(100, 104);
        fails(MalformedStreamException.class, 100, "expected more than 104");
    }

    @Test
    void dirtyAndCorruptImagesAreReadAndSaySo() throws IOException {
        byte[] right = Samples.stream(image);
        fields.putLong(72, 3);
        try (OpenedInput input = Samples.open(image)) {
            Qcow2Snapshot snapshot = (Qcow2Snapshot) input.container();
            assertTrue(snapshot.dirty());
            assertTrue(snapshot.corrupt());
            assertArrayEquals(right, Samples.drain(input.stream()));
        }
    }

    @Test
    void clusterBitsAreBounded() {
        for (int bits : new int[] {0, 8, 22, 31, 32, 63, -1}) {
            fields.putInt(20, bits);
            fails(MalformedStreamException.class, 20, "expected 9 to 21");
        }
        fields.putLong(72, 16).putInt(20, 13);
        fails(MalformedStreamException.class, 20, "expected 14 to 21");
    }

    @Test
    void snapshotTablesAreBounded() {
        int table = fields.entry();
        fields.putInt(60, 65_537);
        fails(MalformedStreamException.class, 60, "expected at most 65536");
        fields.putInt(60, -1);
        fails(MalformedStreamException.class, 60, "found 4294967295");
        fields.putInt(60, 65_536);
        fields.fails(StreamException.class);
        fields.putInt(60, 1).putLong(64, table + 8);
        fails(MalformedStreamException.class, 64, "multiple of the cluster size");
        fields.putLong(64, 1L << 62);
        fails(TruncatedStreamException.class, 1L << 62, "entry 0: expected 40 bytes");
        fields.putLong(64, -4096);
        fails(TruncatedStreamException.class, -4096, "entry 0: expected 40 bytes");
    }

    @Test
    void longSnapshotTablesMeetTheLimit() {
        // Every entry's name runs on for 64 KiB, over what is not the table any more.
        fields.putInt(60, 65_536);
        byte[] large = Arrays.copyOf(image, 40 << 20);
        int table = fields.entry();
        int step = 40 + 1024 + 65_536;
        Qcow2Bytes grown = new Qcow2Bytes(large);
        int at = 1 << 20;
        grown.putLong(64, at);
        for (int i = at; i + step < large.length; i += step) {
            grown.putInt(i + 12, 0xffff).putInt(i + 36, 1024);
        }
        assertTrue(table < at);
        LimitExceededException e = grown.fails(LimitExceededException.class);
        assertTrue(e.problem().startsWith("qcow2 snapshot table: longer than"), e::problem);
    }

    @Test
    void extraDataIsBounded() {
        int entry = fields.entry();
        for (int length : new int[] {1025, -1}) {
            fields.putInt(entry + 36, length);
            fails(MalformedStreamException.class, entry + 36, "expected at most 1024");
        }
    }

    @Test
    void vmStateMustFitItsTable() {
        int entry = fields.entry();
        for (long size : new long[] {1L << 40, Long.MAX_VALUE, -1, Long.MIN_VALUE}) {
            fields.putLong(entry + 40, size);
            fails(MalformedStreamException.class, fields.l1(), "do not fit its");
        }
    }

    @Test
    void impossibleDiskSizesAreRefused() {
        int entry = fields.entry();
        for (long size : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE}) {
            fields.putLong(entry + 48, size);
            fails(MalformedStreamException.class, 24, "is impossible");
        }
        fields.putLong(entry + 48, Long.MAX_VALUE >> 1);
        fields.fails(MalformedStreamException.class);
    }

    @Test
    void theL1TableLiesInTheFile() {
        int entry = fields.entry();
        long l1 = fields.l1();
        fields.putLong(entry, l1 + 8);
        fails(MalformedStreamException.class, l1 + 8, "multiple of the cluster size");
        fields.putLong(entry, 0);
        fails(MalformedStreamException.class, 0, "it is the header's");
        fields.putLong(entry, 1L << 60);
        fails(TruncatedStreamException.class, 1L << 60, "qcow2 L1 table");
        fields.putLong(entry, l1).putInt(entry + 8, -1);
        fails(TruncatedStreamException.class, l1, "qcow2 L1 table: expected 34359738360 bytes");
    }

    @Test
    void l2TablesLieInTheFileAndApart() {
        int at = fields.l1Entry();
        fields.putLong(at, fields.l2Entry() + 512);
        fails(MalformedStreamException.class, at, "qcow2 L2 table offset: expected a multiple");
        fields.putLong(at, 1L << 50);
        fails(TruncatedStreamException.class, 1L << 50, "qcow2 L2 table");
        fields.putLong(at, fields.l1());
        fails(MalformedStreamException.class, at, "it overlaps the snapshot's L1 table");
        fields.putLong(at, fields.entry());
        fails(MalformedStreamException.class, at, "it overlaps the snapshot table");
        fields.putLong(at, 0);
        fails(MalformedStreamException.class, 0, "expected \"QEVM\", found 0x0");
    }

    @Test
    void clustersLieInTheFileAndApart() {
        int at = fields.l2Entry();
        fields.putLong(at, 1L << 50);
        fails(TruncatedStreamException.class, 1L << 50, "VM state cluster");
        fields.putLong(at, 4096 + 512);
        fails(MalformedStreamException.class, 4096 + 512, "expected a multiple");
        fields.putLong(at, fields.l1());
        fails(MalformedStreamException.class, fields.l1(), "overlaps the snapshot's L1 table");
        fields.putLong(at, 1);
        fails(MalformedStreamException.class, 0, "expected \"QEVM\", found 0x0");
        fields.putLong(at, 1L << 62 | 1L << 49);
        fails(TruncatedStreamException.class, 1L << 49, "qcow2 compressed cluster");
        fields.putLong(at, 1L << 62 | 4096);
        fields.fails(MalformedStreamException.class);
    }

    @Test
    void zeroClustersNeedVersionThree() throws IOException {
        image = Samples.unxzResource("zero-4k.qcow2.xz");
        fields = new Qcow2Bytes(image);
        fields.putInt(4, 2);
        StreamException e = fields.fails(MalformedStreamException.class);
        assertTrue(e.problem().endsWith("zero cluster in a version 2 image"), e::problem);
    }

    @Test
    void subclustersAreAllocatedOrZero() throws IOException {
        image = Samples.unxzResource("subclusters-16k.qcow2.xz");
        fields = new Qcow2Bytes(image);
        // The crafted disk ends right below the second L2 table's range.
        int l2 = (int) (ByteBuffer.wrap(image).getLong(fields.l1() + 8) & 0x00ff_ffff_ffff_fe00L);
        fields.putLong(l2 + 8, -1);
        StreamException e = fields.fails(MalformedStreamException.class);
        assertTrue(e.problem().contains("subclusters both allocated and zero"), e::problem);
        fields.putLong(l2, 0).putLong(l2 + 8, 1);
        e = fields.fails(MalformedStreamException.class);
        assertTrue(e.problem().contains("allocated subclusters without a cluster"), e::problem);
    }
}
