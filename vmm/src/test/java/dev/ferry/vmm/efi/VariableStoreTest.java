package dev.ferry.vmm.efi;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.stream.LimitExceededException;
import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.StreamException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class VariableStoreTest {

    /** Where the first variable of a store as OVMF has it begins. */
    private static final int FIRST = 0x64;

    /** Two variables, one of them deleted, as EDK2 2022.11 wrote them in Debian's build of OVMF. */
    private static final byte[] WRITTEN_BY_EDK2 =
            HexFormat.of()
                    .parseHex(
                            "aa553c0003000000000000000000000000000000000000000000000000000000"
                                    + "0000000016000000010000000cec76c028709943a07271ee5c448b9f"
                                    + "43007500730074006f006d004d006f0064006500000000ff"
                                    + "aa553f0027000000000000000000000000000000000000000000000000000000"
                                    + "000000000e000000040000006ee5bed9dc75d949b4d7b534210f637a"
                                    + "6300650072007400640062000000"
                                    + "04000000");

    private static final String PREFIX = MalformedStreamException.class.getName() + ": ";

    private static final EfiGuid VENDOR = EfiGuid.of("9a31ed5c-42b6-4a1c-8b5c-0123456789ab");

    @Test
    void emptyStoresAreThoseOfDebiansOvmfToTheByte() throws Exception {
        assertEquals(
                "6ed987af3a3c155be71665f510eae3e007eda9b8b94afd59d45e91c4a11565cc",
                sha256(empty(StoreGeometry.OVMF_2M)),
                "OVMF_VARS.fd of ovmf 2022.11-6");
        assertEquals(
                "5d2ac383371b408398accee7ec27c8c09ea5b74a0de0ceea6513388b15be5d1e",
                sha256(empty(StoreGeometry.OVMF_4M)),
                "OVMF_VARS_4M.fd of ovmf 2022.11-6");
    }

    @Test
    void readsWhatEdk2WroteAndCountsNoDeletedVariable() throws Exception {
        byte[] flash = empty(StoreGeometry.OVMF_2M);
        System.arraycopy(WRITTEN_BY_EDK2, 0, flash, FIRST, WRITTEN_BY_EDK2.length);
        VariableStore store = VariableStore.parse(flash, "flash");
        EfiVariable certdb =
                new EfiVariable(
                        EfiGuid.of("d9bee56e-75dc-49d9-b4d7-b534210f637a"),
                        "certdb",
                        0x27,
                        new byte[] {4, 0, 0, 0});
        assertEquals(List.of(certdb), store.variables());
        assertArrayEquals(flash, store.bytes(), "reading changes nothing");
    }

    @Test
    void writesWhatEdk2Wrote() throws Exception {
        VariableStore store =
                VariableStore.create(StoreGeometry.OVMF_2M, VariableFormat.AUTHENTICATED);
        EfiGuid custom = EfiGuid.of("c076ec0c-7028-4399-a072-71ee5c448b9f");
        store.set(new EfiVariable(custom, "CustomMode", 3, new byte[] {0}));
        store.set(
                new EfiVariable(
                        EfiGuid.of("d9bee56e-75dc-49d9-b4d7-b534210f637a"),
                        "certdb",
                        0x27,
                        new byte[] {4, 0, 0, 0}));
        store.set(new EfiVariable(custom, "CustomMode", 3, new byte[] {1}));
        byte[] found = Arrays.copyOfRange(store.bytes(), FIRST, FIRST + WRITTEN_BY_EDK2.length);
        assertArrayEquals(WRITTEN_BY_EDK2, found);
    }

    @ParameterizedTest
    @EnumSource(VariableFormat.class)
    void bothSortsOfHeadersKeepAllTheyHave(VariableFormat format) throws Exception {
        VariableStore store = VariableStore.create(StoreGeometry.OVMF_4M, format);
        boolean authenticated = format == VariableFormat.AUTHENTICATED;
        EfiVariable variable =
                new EfiVariable(
                        EfiGuid.GLOBAL_VARIABLE,
                        "Boot0001\ud800",
                        0x27,
                        new byte[] {1, 2, 3},
                        authenticated ? 0x1122334455667788L : 0,
                        authenticated ? EfiTime.of(2025, 3, 10, 2, 35, 39) : EfiTime.NONE,
                        authenticated ? 7 : 0);
        store.set(variable);
        VariableStore again = VariableStore.parse(store.bytes(), "flash");
        assertEquals(format, again.format());
        assertEquals(List.of(variable), again.variables());
        assertEquals(
                authenticated ? "2025-03-10T02:35:39" : "none",
                again.variables().getFirst().time().toString());
    }

    @Test
    void setAppendsAndMarksTheOldValueDeleted() throws Exception {
        VariableStore store =
                VariableStore.create(StoreGeometry.OVMF_4M, VariableFormat.AUTHENTICATED);
        SevLiveMigration.set(store, false);
        int second = VariableRecord.aligned(FIRST + 60 + 48 + 1);
        SevLiveMigration.set(store, true);
        byte[] flash = store.bytes();
        assertEquals(0x3c, flash[FIRST + 2]);
        assertEquals(0x3f, flash[second + 2]);
        assertEquals(Optional.of(true), SevLiveMigration.enabled(store));
        int free = store.freeBytes();
        SevLiveMigration.set(store, true);
        assertEquals(free, store.freeBytes(), "the same value is not written again");
    }

    @Test
    void theOldValueCountsUntilTheNewOneIsThere() throws Exception {
        VariableStore store =
                VariableStore.create(StoreGeometry.OVMF_4M, VariableFormat.AUTHENTICATED);
        SevLiveMigration.set(store, false);
        SevLiveMigration.set(store, true);
        byte[] flash = store.bytes();
        int second = VariableRecord.aligned(FIRST + 60 + 48 + 1);
        flash[FIRST + 2] = 0x3e;
        assertEquals(
                Optional.of(true),
                SevLiveMigration.enabled(VariableStore.parse(flash, "both there")));
        flash[second + 2] = 0x7f;
        VariableStore interrupted = VariableStore.parse(flash, "new one half written");
        assertEquals(Optional.of(false), SevLiveMigration.enabled(interrupted));
        SevLiveMigration.set(interrupted, true);
        assertEquals(
                Optional.of(true),
                SevLiveMigration.enabled(VariableStore.parse(interrupted.bytes(), "set again")));
    }

    @Test
    void deleteLeavesNothingThatCounts() throws Exception {
        VariableStore store =
                VariableStore.create(StoreGeometry.OVMF_4M, VariableFormat.AUTHENTICATED);
        SevLiveMigration.set(store, true);
        assertTrue(store.delete(SevLiveMigration.VENDOR, SevLiveMigration.NAME));
        assertFalse(store.delete(SevLiveMigration.VENDOR, SevLiveMigration.NAME));
        assertEquals(Optional.empty(), SevLiveMigration.enabled(store));
        assertEquals(0x3d, store.bytes()[FIRST + 2]);
    }

    /** Also of how a full store is tidied up: 2000 changes need several times its room. */
    @Test
    void aThousandChangesLeaveWhatAMapWouldHave() throws Exception {
        long seed = 5;
        Random random = new Random(seed);
        VariableStore store =
                VariableStore.create(StoreGeometry.OVMF_2M, VariableFormat.AUTHENTICATED);
        Map<String, EfiVariable> model = new HashMap<>();
        for (int i = 0; i < 2000; i++) {
            String name = "Variable" + random.nextInt(40);
            if (random.nextInt(5) == 0) {
                assertEquals(
                        model.remove(name) != null, store.delete(VENDOR, name), "seed " + seed);
            } else {
                byte[] data = new byte[random.nextInt(900)];
                random.nextBytes(data);
                EfiVariable variable = new EfiVariable(VENDOR, name, 7, data);
                model.put(name, variable);
                store.set(variable);
            }
        }
        VariableStore again = VariableStore.parse(store.bytes(), "flash");
        Map<String, EfiVariable> found = new HashMap<>();
        again.variables().forEach(variable -> found.put(variable.name(), variable));
        assertEquals(model, found, "seed " + seed);
        assertTrue(again.workingBlock().isPresent());
    }

    @Test
    void aVariableThatNeverFitsIsRefusedAndChangesNothing() throws Exception {
        VariableStore store =
                VariableStore.create(StoreGeometry.OVMF_2M, VariableFormat.AUTHENTICATED);
        store.set(new EfiVariable(VENDOR, "Small", 7, new byte[100]));
        byte[] before = store.bytes();
        LimitExceededException refused =
                assertThrows(
                        LimitExceededException.class,
                        () -> store.set(new EfiVariable(VENDOR, "Large", 7, new byte[0xdf00])));
        assertEquals(
                "variable 'Large': expected room for 0xdf48 bytes, found 0xdef0 (new flash at"
                        + " 0x110, in UEFI variable store)",
                refused.getMessage());
        assertArrayEquals(before, store.bytes());
    }

    @Test
    void theWorkingBlockIsFoundWhereOvmfHasIt() throws Exception {
        WorkingBlock small =
                VariableStore.create(StoreGeometry.OVMF_2M, VariableFormat.AUTHENTICATED)
                        .workingBlock()
                        .orElseThrow();
        assertEquals(new WorkingBlock(0xf000, 0xfe0, false), small);
        byte[] flash = empty(StoreGeometry.OVMF_4M);
        flash[0x41020] = 0;
        assertEquals(
                Optional.of(new WorkingBlock(0x41000, 0xfe0, true)),
                VariableStore.parse(flash, "flash").workingBlock());
        flash[0x41018] = 0;
        StreamException damaged =
                assertThrows(
                        MalformedStreamException.class,
                        () -> VariableStore.parse(flash, "flash").workingBlock());
        assertEquals(0x41010, damaged.at().offset());
    }

    @Test
    void errorsSayWhatAndWhere() {
        byte[] flash = empty(StoreGeometry.OVMF_2M);
        assertEquals(
                PREFIX
                        + "firmware volume checksum: expected a sum of 0x0, found 0x1 (vars.fd at 0x32, in"
                        + " UEFI variable store)",
                damaged(flash, 0, 1));
        assertEquals(
                PREFIX
                        + "variable store state: expected 0x5a (formatted) and 0xfe (healthy), found 0x5a and"
                        + " 0xff (vars.fd at 0x5c, in UEFI variable store)",
                damaged(flash, 0x5d, 0xff));
        assertEquals(
                PREFIX
                        + "variable: expected 0x55aa or erased flash, found 0xff00 (vars.fd at 0x64, in UEFI"
                        + " variable store)",
                damaged(flash, 0x64, 0));
        assertEquals(
                PREFIX
                        + "variable store length: expected 0x1c to 0x1ffb8, found 0xffdfb8 (vars.fd at 0x58,"
                        + " in UEFI variable store)",
                damaged(flash, 0x5a, 0xff));
    }

    /** Whatever byte is changed and wherever flash is cut off: a message, or a store. */
    @Test
    void noDamageGivesAnythingButAStreamException() throws Exception {
        byte[] whole = empty(StoreGeometry.OVMF_2M);
        System.arraycopy(WRITTEN_BY_EDK2, 0, whole, FIRST, WRITTEN_BY_EDK2.length);
        int end = FIRST + WRITTEN_BY_EDK2.length + 4;
        for (int at = 0; at < end; at++) {
            for (int value : new int[] {0, 1, 0x7f, 0x80, 0xff}) {
                byte[] flash = whole.clone();
                flash[at] = (byte) value;
                survives(flash);
            }
            survives(Arrays.copyOf(whole, at));
        }
    }

    /** The store of a firmware that people use, where Debian's package is installed. */
    @Test
    void everyRecordOfAnInstalledOvmfIsEncodedAsItWas() throws Exception {
        Path file = Path.of("/usr/share/OVMF/OVMF_VARS_4M.ms.fd");
        Assumptions.assumeTrue(
                Files.exists(file) || System.getenv("CI") != null,
                "Debian's package ovmf is not installed");
        byte[] flash = Files.readAllBytes(file);
        VariableStore store = VariableStore.parse(flash, file.toString());
        assertTrue(store.variables().size() > 5);
        FlashReader reader = new FlashReader(flash, file.toString());
        int records = 0;
        for (VariableRecord record :
                VariableRecords.read(reader, store.format(), FIRST, 0x40000).list()) {
            byte[] expected = Arrays.copyOfRange(flash, record.at(), record.at() + record.length());
            byte[] encoded =
                    VariableRecords.encode(
                            store.format(), VariableRecords.variable(reader, record));
            encoded[2] = expected[2];
            assertArrayEquals(expected, encoded);
            records++;
        }
        assertTrue(records > store.variables().size());
    }

    private static void survives(byte[] flash) {
        try {
            VariableStore store = VariableStore.parse(flash, "flash");
            store.variables();
            store.workingBlock();
            assertArrayEquals(flash, store.bytes());
            SevLiveMigration.set(store, true);
            assertEquals(
                    Optional.of(true),
                    SevLiveMigration.enabled(VariableStore.parse(store.bytes(), "again")));
        } catch (StreamException e) {
            assertTrue(e.problem().contains("expected"), e.problem());
        }
    }

    private static String damaged(byte[] flash, int at, int value) {
        byte[] changed = flash.clone();
        changed[at] = (byte) value;
        return assertThrows(
                        MalformedStreamException.class,
                        () -> VariableStore.parse(changed, "vars.fd"))
                .toString();
    }

    private static byte[] empty(StoreGeometry geometry) {
        return VariableStore.create(geometry, VariableFormat.AUTHENTICATED).bytes();
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}
