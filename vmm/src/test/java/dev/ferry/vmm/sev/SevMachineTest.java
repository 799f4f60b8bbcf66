package dev.ferry.vmm.sev;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.region.GfnRange;
import dev.ferry.testdata.guest.GuestImage;
import dev.ferry.testdata.guest.SevMemory;
import dev.ferry.vmm.efi.SevLiveMigration;
import dev.ferry.vmm.efi.VariableStore;
import dev.ferry.vmm.memory.RamBlock;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The guest {@code sev} in a machine with encrypted memory. */
@Timeout(120)
class SevMachineTest {

    private static final String FIRST =
            "FW sev=1 cbit=33 features=00030000 var=1\nKERNEL gen=00 errors=00\nREADY\n";

    /** Hypercalls by the port. */
    private static final int DOORBELL = 2;

    private static final int PERIOD = 4;

    private static final List<GfnRange> BOUNCE =
            List.of(new GfnRange(SevMemory.SHARED >> 12, (SevMemory.SHARED >> 12) + 16));
    private static final List<GfnRange> BOUNCE_AFTER_KEXEC =
            List.of(
                    new GfnRange(
                            SevMemory.SHARED_AFTER_KEXEC >> 12,
                            (SevMemory.SHARED_AFTER_KEXEC >> 12) + 16));

    private static GuestImage image() {
        return GuestImage.sev().with("period", PERIOD);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, DOORBELL})
    void theGuestDoesWhatItDoesWithoutEncryptionAndSharesItsBuffers(int flags) throws Exception {
        try (SevMachine m = new SevMachine(image().with("flags", flags), 0, 1)) {
            assertTrue(m.guest.migrationBlocker().orElseThrow().contains("has not enabled"));
            m.machine.start();
            String expected = FIRST + new SevMemory().lines(200, PERIOD);
            assertEquals(expected, m.serial.awaitFirst(expected.length()));
            assertEquals(BOUNCE, m.guest.protocol().regions().snapshot().toList());
            assertEquals(Optional.empty(), m.guest.migrationBlocker());
            assertEquals(List.of(), m.notes);
        }
    }

    @Test
    void theFirmwareSetsTheVariableInFlash() throws Exception {
        try (SevMachine m = new SevMachine(image(), 0, 1)) {
            m.machine.start();
            m.serial.awaitText("READY\n", 0);
            m.machine.pause();
            VariableStore store = VariableStore.parse(m.bytes("system.flash1"), "system.flash1");
            assertEquals(Optional.of(true), SevLiveMigration.enabled(store));
        }
    }

    @Test
    void nobodyButTheGuestReadsWhatIsPrivate() throws Exception {
        try (SevMachine m = new SevMachine(image(), 1, 1)) {
            m.machine.start();
            m.serial.awaitFirst(FIRST.length() + 18 * 20);
            m.machine.pause();
            boolean shared = false;
            for (RamBlock block : m.machine.blocks()) {
                String seen = m.host(block);
                for (String part : List.of("Nobody but", "this guest may", "a private page")) {
                    assertFalse(seen.contains(part), block + " has '" + part + "'");
                }
                shared |= block.id().equals("pc.ram") && seen.contains(SevMemory.SHARED_TEXT);
            }
            assertTrue(shared, "what is shared is there to be read");
            byte[] text = new byte[64];
            SevException refused =
                    assertThrows(
                            SevException.class,
                            () -> m.guest.debugger().read(SevMemory.PRIVATE + 1024, text));
            assertEquals(FirmwareStatus.POLICY_FAILURE, refused.status(), "NODBG");
            assertArrayEquals(new byte[64], text);
            m.guest.debugger().read(SevMemory.SHARED + 64, text);
            assertEquals(SevMemory.SHARED_TEXT, new String(text, StandardCharsets.US_ASCII));
        }
    }

    @Test
    void aDebuggerReadsWhatThePolicyLets() throws Exception {
        try (SevMachine m = new SevMachine(image(), 0, 1)) {
            m.machine.start();
            m.serial.awaitText("READY\n", 0);
            m.machine.pause();
            byte[] text = new byte[64];
            m.guest.debugger().read(SevMemory.PRIVATE + 5 * 4096 + 1024, text);
            assertEquals(SevMemory.SECRET, new String(text, StandardCharsets.US_ASCII));
        }
    }

    @Test
    void theChecksumGoesOnOverStopAndCont() throws Exception {
        try (SevMachine m = new SevMachine(image(), 0, 1)) {
            m.machine.start();
            for (int stop = 1; stop <= 20; stop++) {
                m.serial.awaitFirst(FIRST.length() + 18 * 10 * stop);
                m.machine.pause();
                for (RamBlock block : m.machine.blocks()) {
                    m.machine.memory().writeBack(block, 0, block.size() / 4096);
                    m.machine.memory().dropAddresses(true);
                }
                m.machine.resume();
            }
            String expected = FIRST + new SevMemory().lines(250, PERIOD);
            assertEquals(expected, m.serial.awaitFirst(expected.length()));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, DOORBELL})
    void theListIsTheGuestsOwnRecordAfter100000Calls(int flags) throws Exception {
        GuestImage image = image().with("flags", flags);
        assertEquals(100_000, image.get("calls"));
        try (SevMachine m = new SevMachine(image, 0, 1)) {
            m.machine.start();
            String before = m.serial.awaitText("READY\n", 0);
            m.serial.type('h');
            m.serial.awaitText("CALLS 000186A0 00000000\n", before.length());
            m.machine.pause();
            int first = image.get("first");
            int frames = image.get("frames");
            BitSet listed = new BitSet();
            for (GfnRange range : m.guest.protocol().regions().snapshot()) {
                if (range.start() >= first) {
                    listed.set((int) range.start() - first, (int) range.end() - first);
                }
            }
            byte[] record = new byte[frames / 8];
            m.guest.debugger().read(SevMemory.RECORD, record);
            assertEquals(BitSet.valueOf(record), listed);
            assertEquals(SevMemory.randomCalls(image), listed);
        }
    }

    @Test
    void kexecResetsTheListAndSharesAnew() throws Exception {
        try (SevMachine m = new SevMachine(image(), 0, 1)) {
            m.machine.start();
            String before = m.serial.awaitText("READY\n", 0);
            m.serial.type('h');
            before = m.serial.awaitText("CALLS 000186A0 00000000\n", before.length());
            m.serial.type('k');
            String after = m.serial.awaitText("KERNEL gen=01 errors=00\nREADY\n", before.length());
            assertEquals(BOUNCE_AFTER_KEXEC, m.guest.protocol().regions().snapshot().toList());
            assertEquals(Optional.empty(), m.guest.migrationBlocker());
            m.serial.awaitFirst(after.length() + 18 * 20);
            m.machine.pause();
            String printed = m.serial.text();
            String lines =
                    printed.substring(0, printed.lastIndexOf('\n') + 1)
                            .replaceAll("(FW|KERNEL|READY|CALLS)[^\n]*\n", "");
            assertEquals(new SevMemory().instead(lines), lines, "private memory is kept");
        }
    }

    @Test
    void rebootResetsTheListAndStartsAnew() throws Exception {
        try (SevMachine m = new SevMachine(image(), 0, 1)) {
            m.machine.start();
            String before = m.serial.awaitText("READY\n", 0);
            m.serial.type('k');
            before = m.serial.awaitText("READY\n", before.length());
            m.serial.type('r');
            before = m.serial.awaitText("FW sev=1", before.length());
            String after = m.serial.awaitText("READY\n", before.length());
            assertEquals(FIRST, after.substring(before.length() - "FW sev=1".length()));
            String expected = after + new SevMemory().lines(50, PERIOD);
            assertEquals(expected, m.serial.awaitFirst(expected.length()));
            assertEquals(BOUNCE, m.guest.protocol().regions().snapshot().toList());
            assertEquals(Optional.empty(), m.guest.migrationBlocker());
        }
    }

    @Test
    void aResetFromOutsideForgetsWhatTheGuestSaid() throws Exception {
        try (SevMachine m = new SevMachine(image(), 0, 1)) {
            m.machine.start();
            m.serial.awaitText("READY\n", 0);
            m.machine.pause();
            m.machine.reset();
            assertEquals(List.of(), m.guest.protocol().regions().snapshot().toList());
            assertTrue(m.guest.migrationBlocker().orElseThrow().contains("has not enabled"));
        }
    }

    @Test
    void aGuestMayDisableMigration() throws Exception {
        try (SevMachine m = new SevMachine(image(), 0, 1)) {
            m.machine.start();
            String before = m.serial.awaitText("READY\n", 0);
            m.serial.type('m');
            m.serial.awaitFirst(before.length() + 18 * 10);
            assertTrue(m.guest.migrationBlocker().orElseThrow().contains("has disabled"));
            int now = m.serial.text().length();
            m.serial.type('M');
            m.serial.awaitFirst(now + 18 * 10);
            assertEquals(Optional.empty(), m.guest.migrationBlocker());
        }
    }

    @Test
    void whatTheHostChangesIsNoiseToTheGuest() throws Exception {
        try (SevMachine m = new SevMachine(image(), 0, 1)) {
            m.machine.start();
            m.serial.awaitFirst(FIRST.length() + 18 * 5);
            m.machine.pause();
            byte[] zeros = new byte[16];
            m.machine.memory().write(SevMemory.PRIVATE + 2048, zeros);
            byte[] seen = new byte[64];
            m.guest.debugger().read(SevMemory.PRIVATE + 2048, seen);
            assertFalse(Arrays.equals(zeros, Arrays.copyOf(seen, 16)));
            assertEquals(
                    SevMemory.SECRET.substring(16),
                    new String(seen, 16, 48, StandardCharsets.US_ASCII),
                    "only the blocks that were written are lost");
            int printed = m.serial.text().length();
            m.machine.resume();
            String text = m.serial.awaitFirst(printed + 18 * 5);
            assertFalse(new SevMemory().lines(300, PERIOD).contains(text.substring(printed + 18)));
        }
    }

    /** Four vCPUs, and room for the plaintext of fewer pages than they work on. */
    @ParameterizedTest
    @ValueSource(ints = {5, 1000})
    void processorsShareWhatIsPrivate(int plaintextPages) throws Exception {
        GuestImage image = GuestImage.smp4().with("rounds", 200).with("period", 100);
        try (SevMachine m = new SevMachine(image, 0, 4, plaintextPages)) {
            m.machine.start();
            String expected = "CPUS 00000004\nSUM 00000C80 00000320 00000000\nABCDEFGHIJKLMNOPQRST";
            assertEquals(expected, m.serial.awaitFirst(expected.length()));
        }
    }

    @Test
    void aCacheOfFewPagesLosesNothing() throws Exception {
        try (SevMachine m = new SevMachine(image(), 0, 1, 8)) {
            m.machine.start();
            String expected = FIRST + new SevMemory().lines(20, PERIOD);
            assertEquals(expected, m.serial.awaitFirst(expected.length()));
        }
    }
}
