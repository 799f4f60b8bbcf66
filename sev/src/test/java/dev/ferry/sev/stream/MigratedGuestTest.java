package dev.ferry.sev.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.firmware.GuestState;
import dev.ferry.sev.firmware.PlatformState;
import dev.ferry.sev.policy.GuestPolicy;
import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.ReaderOptions;
import dev.ferry.stream.StreamException;
import dev.ferry.stream.UnsupportedStreamException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whole migrations from platform to platform, through streams. */
class MigratedGuestTest {

    private static final String SECRET = "nobody but the guest is to read these words: ";
    private static final String PUBLIC = "these words are for everybody to read, host included: ";

    /** Private pages full of the one text, shared pages of the other, each page different. */
    private static byte[] contents() {
        byte[] contents = new byte[SevHost.PAGES * 4096];
        for (int page = 0; page < SevHost.PAGES; page++) {
            String text = (SevHost.isShared(page) ? PUBLIC : SECRET) + page + "; ";
            byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < 4096; i++) {
                contents[page * 4096 + i] = bytes[i % bytes.length];
            }
        }
        return contents;
    }

    private static boolean contains(byte[] where, String what) {
        return new String(where, StandardCharsets.ISO_8859_1).contains(what);
    }

    private static void move(SevHost from, SevHost to) throws IOException, SevException {
        try (FirmwareSender sender = from.senderTo(to)) {
            to.receive(from.send(sender, true), true);
            sender.finish();
        }
        assertEquals(GuestState.SENT, from.firmware.guestStatus(from.guest).state());
        from.gone();
    }

    @Test
    void guestGoesRoundThreePlatforms() throws IOException, SevException {
        byte[] contents = contents();
        try (SevHost a = new SevHost();
                SevHost b = new SevHost();
                SevHost c = new SevHost()) {
            a.launch(contents, SevHost.POLICY);
            byte[] onA = a.memory.clone();
            move(a, b);
            move(b, c);
            assertArrayEquals(contents, c.seenByTheGuest());
            Arrays.fill(a.memory, (byte) 0);
            move(c, a);
            assertArrayEquals(contents, a.seenByTheGuest());
            assertFalse(Arrays.equals(onA, a.memory), "another key at its return");
            assertEquals(GuestState.RUNNING, a.firmware.guestStatus(a.guest).state());
            assertEquals(PlatformState.INIT, b.firmware.platformStatus().state());
        }
    }

    @Test
    void theLastOfManyVersionsOfAPageStays() throws IOException, SevException {
        byte[] contents = contents();
        Random random = new Random(12);
        try (SevHost a = new SevHost();
                SevHost b = new SevHost()) {
            a.launch(contents, SevHost.POLICY);
            try (FirmwareSender sender = a.senderTo(b)) {
                byte[] stream =
                        a.send(
                                sender,
                                true,
                                (pages, block) -> {
                                    byte[] page = new byte[4096];
                                    for (int i = 0; i < 300; i++) {
                                        int at = random.nextInt(3) * 4096;
                                        random.nextBytes(page);
                                        System.arraycopy(page, 0, contents, at, 4096);
                                        a.firmware.dbgEncrypt(a.guest, at, page, 0, 4096);
                                        pages.page(block, at);
                                        pages.flush();
                                    }
                                });
                OneByOne keyed = new OneByOne(new KeyedReceiver(b.platform.pdhKey()));
                SevReading sev =
                        new SevReading(
                                SevOptions.DEFAULT.withCheckAll(true).withReceiver(() -> keyed));
                Captures.read(stream, ReaderOptions.DEFAULT.withExtension(sev));
                assertEquals(150 + 300, keyed.opened);
                assertTrue(keyed.most > 1);
                b.receive(stream, true);
                sender.finish();
            }
            assertArrayEquals(contents, b.seenByTheGuest());
        }
    }

    @Test
    void aPlatformsKeyFileOpensWhatWasSentToIt() throws IOException, SevException {
        try (SevHost a = new SevHost();
                SevHost b = new SevHost()) {
            a.launch(contents(), new GuestPolicy(GuestPolicy.Flag.SEV.mask()));
            try (FirmwareSender sender = a.senderTo(b)) {
                byte[] stream = a.send(sender, false);
                b.receive(stream, false);
                sender.finish();
            }
            assertArrayEquals(contents(), b.seenByTheGuest());
        }
    }

    @Test
    void privateTextIsNowhereOutsideTheGuest() throws IOException, SevException {
        byte[] contents = contents();
        try (SevHost a = new SevHost();
                SevHost b = new SevHost()) {
            a.launch(contents, SevHost.POLICY);
            byte[] stream;
            StringBuilder said = new StringBuilder();
            try (FirmwareSender sender = a.senderTo(b)) {
                stream = a.send(sender, true);
                b.receive(stream, true);
                sender.finish();
                said.append(a.firmware).append(b.firmware).append(a.platform);
                said.append(a.firmware.guestStatus(a.guest));
            }
            for (byte[] place : List.of(a.memory, stream, b.memory)) {
                assertFalse(contains(place, SECRET.substring(0, 16)));
                assertTrue(contains(place, PUBLIC), "what is shared is there to be read");
            }
            SevReading sev = new SevReading(SevOptions.DEFAULT.withCheckAll(true));
            Captures.read(stream, ReaderOptions.DEFAULT.withExtension(sev));
            SevSummary summary = Objects.requireNonNull(sev.summary());
            said.append(summary);
            // A packet that is refused, and the exception's words.
            byte[] changed = stream.clone();
            changed[stream.length / 2] ^= 1;
            changed[stream.length / 2 + 4168] ^= 1;
            try (SevHost c = new SevHost()) {
                StreamException e =
                        assertThrows(StreamException.class, () -> c.receive(changed, true));
                said.append(e).append(e.getMessage());
            }
            assertFalse(said.toString().contains(SECRET.substring(0, 16)));
            assertFalse(
                    said.toString()
                            .contains(
                                    HexFormat.of()
                                            .formatHex(
                                                    SECRET.substring(0, 16)
                                                            .getBytes(StandardCharsets.US_ASCII))));
            assertArrayEquals(contents, b.seenByTheGuest());
        }
    }

    @Test
    void aFailureAnywhereLeavesTheSourceSendable() throws IOException, SevException {
        byte[] contents = contents();
        Random random = new Random(4);
        try (SevHost a = new SevHost();
                SevHost b = new SevHost();
                SevHost c = new SevHost()) {
            a.launch(contents, SevHost.POLICY);
            byte[] ciphertext = a.memory.clone();
            for (int i = 0; i < 10; i++) {
                try (FirmwareSender sender = a.senderTo(b)) {
                    byte[] stream = a.send(sender, true);
                    byte[] cut = Arrays.copyOf(stream, 1 + random.nextInt(stream.length - 1));
                    assertThrows(StreamException.class, () -> b.receive(cut, true));
                }
                assertEquals(GuestState.RUNNING, a.firmware.guestStatus(a.guest).state());
                assertEquals(PlatformState.INIT, b.firmware.platformStatus().state());
                b.firmware.wbinvd();
                b.firmware.dfFlush();
            }
            assertArrayEquals(ciphertext, a.memory);
            move(a, c);
            assertArrayEquals(contents, c.seenByTheGuest());
        }
    }

    @Test
    void whatWasSentToAnotherPlatformIsRefused() throws IOException, SevException {
        try (SevHost a = new SevHost();
                SevHost b = new SevHost();
                SevHost c = new SevHost()) {
            a.launch(contents(), SevHost.POLICY);
            try (FirmwareSender sender = a.senderTo(b)) {
                byte[] stream = a.send(sender, true);
                UnsupportedStreamException e =
                        assertThrows(
                                UnsupportedStreamException.class, () -> c.receive(stream, true));
                assertTrue(e.problem().contains("BAD_MEASUREMENT (0xb)"), e.problem());
            }
            assertEquals(PlatformState.INIT, c.firmware.platformStatus().state());
        }
    }

    @Test
    void aGuestThatMustStayStays() throws IOException, SevException {
        try (SevHost a = new SevHost();
                SevHost b = new SevHost()) {
            a.launch(contents(), new GuestPolicy(GuestPolicy.Flag.NOSEND.mask()));
            try (FirmwareSender sender = a.senderTo(b)) {
                SevException e = assertThrows(SevException.class, () -> a.send(sender, true));
                assertEquals(FirmwareStatus.POLICY_FAILURE, e.status());
            }
            assertEquals(GuestState.RUNNING, a.firmware.guestStatus(a.guest).state());
        }
    }

    @Test
    void aMissingManifestEndsInNoGuest() throws IOException, SevException {
        try (SevHost a = new SevHost();
                SevHost b = new SevHost()) {
            a.launch(contents(), SevHost.POLICY);
            try (FirmwareSender sender = a.senderTo(b)) {
                byte[] stream = a.send(sender, false);
                assertThrows(MalformedStreamException.class, () -> b.receive(stream, true));
            }
            assertEquals(PlatformState.INIT, b.firmware.platformStatus().state());
        }
    }
}
