package dev.ferry.sev.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.sev.SevException;
import dev.ferry.sev.stream.SevSummary.ManifestState;
import dev.ferry.stream.Finding;
import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.MigrationReader;
import dev.ferry.stream.ReaderOptions;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.stream.ram.RamImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole packets that were moved, repeated, left out or reordered on the way. */
class ManifestTest {

    private static final SevOptions OPEN = SevOptions.DEFAULT.withReceiver(SentStream::receiver);

    private final SentStream sent = new SentStream(32, 1);

    private static SevSummary read(byte[] stream, SevOptions options) throws IOException {
        SevReading sev = new SevReading(options);
        try (RamImage image = new RamImage()) {
            Captures.read(stream, ReaderOptions.DEFAULT.withExtension(sev).withPages(image));
        }
        return Objects.requireNonNull(sev.summary());
    }

    private static void assertRefused(byte[] stream) {
        MalformedStreamException e =
                assertThrows(MalformedStreamException.class, () -> read(stream, OPEN));
        assertTrue(e.problem().startsWith("SEV manifest: "), e.problem());
        assertTrue(e.problem().contains("BAD_MEASUREMENT (0xb)"), e.problem());
        assertEquals("description", e.at().breadcrumb());
    }

    /** Where each encrypted page's record begins, but for the first, which is longer. */
    private static List<Integer> records(byte[] stream) throws IOException {
        List<Integer> records = new ArrayList<>();
        SevRecordListener listener =
                new SevRecordListener() {
                    @Override
                    public void packet(
                            long at,
                            RamBlock block,
                            long offset,
                            ByteBuffer bytes,
                            int header,
                            int data) {
                        records.add((int) at);
                    }
                };
        read(stream, OPEN.withListener(listener));
        records.removeFirst();
        return records;
    }

    @Test
    void whatWasSentArrives() throws IOException, SevException {
        byte[] stream = sent.bytes(true);
        SevReading sev = new SevReading(OPEN.withManifest(true));
        try (RamImage image = new RamImage()) {
            MigrationReader reader =
                    Captures.read(
                            stream, ReaderOptions.DEFAULT.withExtension(sev).withPages(image));
            MemorySegment memory = image.blocks().getFirst().memory();
            assertArrayEquals(
                    sent.memory,
                    memory.asSlice(0, sent.memory.length).toArray(ValueLayout.JAVA_BYTE));
            assertEquals(List.of(), reader.findings().list());
        }
        SevSummary summary = Objects.requireNonNull(sev.summary());
        assertEquals(ManifestState.RIGHT, summary.manifest());
        assertEquals(24, summary.opened());
        assertEquals(sent.shared(), summary.sharedRegions());
    }

    @Test
    void withoutTheKeyItCannotBeProved() throws IOException, SevException {
        assertEquals(ManifestState.UNPROVED, read(sent.bytes(true), SevOptions.DEFAULT).manifest());
    }

    @Test
    void noOtherSenderMakesOne() throws IOException, SevException {
        byte[] stream = sent.bytes(false);
        assertEquals(ManifestState.ABSENT, read(stream, OPEN).manifest());
        MalformedStreamException e =
                assertThrows(
                        MalformedStreamException.class,
                        () -> read(stream, OPEN.withManifest(true)));
        assertEquals("SEV manifest: expected one from this sender, found none", e.problem());
    }

    @Test
    void swappedPacketsAreFound() throws IOException, SevException {
        byte[] stream = sent.bytes(true);
        List<Integer> records = records(stream);
        byte[] swapped = stream.clone();
        // From behind the head on: another page's packet.
        int length = SevFormat.TYPE_TO_END;
        System.arraycopy(stream, records.get(4) + 8, swapped, records.get(9) + 8, length);
        System.arraycopy(stream, records.get(9) + 8, swapped, records.get(4) + 8, length);
        assertRefused(swapped);
    }

    @Test
    void repeatedPacketsAreFound() throws IOException, SevException {
        byte[] stream = sent.bytes(true);
        List<Integer> records = records(stream);
        byte[] replayed = stream.clone();
        System.arraycopy(
                stream, records.get(4) + 8, replayed, records.get(9) + 8, SevFormat.TYPE_TO_END);
        assertRefused(replayed);
    }

    @Test
    void missingPacketsAreFound() throws IOException, SevException {
        byte[] stream = sent.bytes(true);
        int at = records(stream).get(5);
        ByteArrayOutputStream without = new ByteArrayOutputStream();
        without.write(stream, 0, at);
        without.write(stream, at + SevFormat.RECORD, stream.length - at - SevFormat.RECORD);
        assertRefused(without.toByteArray());
    }

    @Test
    void anotherOrderIsFound() throws IOException, SevException {
        byte[] stream = sent.bytes(true);
        List<Integer> records = records(stream);
        byte[] reordered = stream.clone();
        assertEquals(records.get(2) + SevFormat.RECORD, records.get(3));
        System.arraycopy(stream, records.get(2), reordered, records.get(3), SevFormat.RECORD);
        System.arraycopy(stream, records.get(3), reordered, records.get(2), SevFormat.RECORD);
        assertRefused(reordered);
    }

    @Test
    void anotherListIsFound() throws IOException, SevException {
        byte[] stream = sent.bytes(true);
        long at = read(stream, OPEN).statusAt();
        byte[] changed = stream.clone();
        changed[(int) at + 8 + 4 + 4 + 4 + 3]++;
        assertRefused(changed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"packets", "digest", "mac"})
    void aChangedManifestIsFound(String field) throws IOException, SevException {
        byte[] stream = sent.bytes(true);
        String text = new String(stream, StandardCharsets.ISO_8859_1);
        int at = text.indexOf("\"" + field + "\": ") + field.length() + 4;
        at += field.equals("packets") ? 0 : 1;
        byte[] changed = stream.clone();
        changed[at] = (byte) (changed[at] == '1' ? '2' : '1');
        assertRefused(changed);
    }

    @Test
    void verifyingReportsInsteadOfThrowing() throws IOException, SevException {
        byte[] stream = sent.bytes(true);
        int at = records(stream).get(5);
        stream[at + 6] ^= 0x10;
        SevReading sev = new SevReading(OPEN.withCheckAll(true));
        MigrationReader reader = Captures.read(stream, ReaderOptions.DEFAULT.withExtension(sev));
        List<Finding> findings = reader.findings().list();
        assertEquals(1, findings.size());
        assertTrue(findings.getFirst().message().startsWith("SEV manifest: the packets or"));
        assertEquals(ManifestState.WRONG, Objects.requireNonNull(sev.summary()).manifest());
    }

    // --- the JSON ----------------------------------------------------------------------------

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                " { } ",
                "{\"page_size\": 4096, \"devices\": []}",
                "{\"page_size\": 4096, \"devices\": [{\"a\": {}}]} \n",
            })
    void itIsFoundWhereverItWasPut(String description) throws IOException {
        byte[] digest = new byte[32];
        Arrays.fill(digest, (byte) 0xab);
        byte[] mac = new byte[32];
        Arrays.fill(mac, (byte) 0x01);
        byte[] with = new Manifest(7, digest, mac).into(ascii(description));
        Manifest found = Objects.requireNonNull(Manifest.find(with));
        assertEquals(7, found.packets());
        assertArrayEquals(digest, found.digest());
        assertArrayEquals(mac, found.mac());
        assertNull(Manifest.find(ascii(description)));
        assertFalse(new String(with, StandardCharsets.US_ASCII).contains("{,"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"ferrySevManifest\": 1}",
                "{\"ferrySevManifest\": {}}",
                "{\"ferrySevManifest\": {\"version\": 2}}",
                "{\"ferrySevManifest\": {\"version\": 1, \"packets\": -1}}",
                "{\"ferrySevManifest\": {\"version\": 1, \"packets\": 99999999999999999999}}",
                "{\"ferrySevManifest\": {\"version\": 1, \"packets\": 1, \"digest\": \"zz\"}}",
                "{\"ferrySevManifest\": {\"version\": 1, \"packets\": 1, \"digest\": \"00\"}}",
            })
    void aBrokenManifestIsNoManifest(String description) {
        assertThrows(IOException.class, () -> Manifest.find(ascii(description)));
    }
}
