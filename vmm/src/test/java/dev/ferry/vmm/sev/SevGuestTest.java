package dev.ferry.vmm.sev;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.firmware.FirmwareVersion;
import dev.ferry.sev.firmware.GuestMemory;
import dev.ferry.sev.firmware.LaunchStart;
import dev.ferry.sev.firmware.PlatformFile;
import dev.ferry.sev.firmware.PlatformOptions;
import dev.ferry.sev.firmware.SecureProcessor;
import dev.ferry.sev.policy.GuestPolicy;
import dev.ferry.sev.session.LaunchMeasurement;
import dev.ferry.sev.session.LaunchSecret;
import dev.ferry.sev.session.TransportKeys;
import dev.ferry.vmm.hypercall.SevCpuid;
import dev.ferry.vmm.memory.AddressSpace;
import dev.ferry.vmm.memory.Backing;
import dev.ferry.vmm.memory.DirtyClient;
import dev.ferry.vmm.memory.HostMemory;
import dev.ferry.vmm.memory.RamBlock;
import dev.ferry.vmm.memory.VcpuMemory;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SevGuestTest {

    private static final int PAGE = 4096;
    private static final long RAM = 0x100000;
    private static final long ROM = 0xffff0000L;
    private static final byte[] TEXT =
            "A sentence that only the guest may know. ".getBytes(StandardCharsets.US_ASCII);
    private static final SevCpuid CPUID = new SevCpuid(51, 1);

    private static PlatformFile platformFile;

    private final AddressSpace space = new AddressSpace(new ReentrantLock());
    private RamBlock ram;
    private RamBlock rom;
    private SevPlatform platform;
    private VcpuMemory vcpu;

    @BeforeAll
    static void makePlatform() throws SevException {
        platformFile =
                PlatformFile.create(PlatformOptions.DEFAULT.withRootBits(2048), new SecureRandom());
    }

    @BeforeEach
    void makeMemory() throws IOException, SevException {
        ram = new RamBlock("pc.ram", RAM);
        rom = new RamBlock("pc.bios", 0x10000, true, new Backing.Anonymous());
        space.addRam(ram, 0, 0, RAM);
        space.addRom(rom, ROM, 0, rom.size());
        platform = SevPlatform.of(SecureProcessor.of(platformFile, new SecureRandom()));
        vcpu = space.view();
    }

    @AfterEach
    void close() {
        platform.close();
        ram.close();
        rom.close();
    }

    @Test
    void whatIsLaunchedIsReadByTheGuestAndByNobodyElse() throws Exception {
        space.write(0x7c00, TEXT);
        space.writeRom(ROM, MemorySegment.ofArray(TEXT));
        try (SevGuest guest = launch(1)) {
            assertArrayEquals(TEXT, guestBytes(0x7c00, TEXT.length));
            assertFalse(contains(ram, TEXT), "plaintext in RAM");
            assertArrayEquals(TEXT, guestBytes(ROM, TEXT.length), "ROM is read as it is");
            assertEquals("running", guest.info().state());
        }
    }

    @Test
    void privateStoresReachRamAsCiphertext() throws Exception {
        try (SevGuest guest = launch(0)) {
            for (long page = 0; page < RAM; page += PAGE) {
                for (int i = 0; i + 8 <= TEXT.length; i += 8) {
                    vcpu.store(page + i, 8, word(TEXT, i), true);
                }
            }
            space.writeBack(ram, 0, RAM / PAGE);
            assertFalse(contains(ram, Arrays.copyOf(TEXT, 16)), "plaintext in RAM");
            assertFalse(
                    Arrays.equals(bytes(ram, 0, 32), bytes(ram, PAGE, 32)),
                    "same ciphertext twice");
            byte[] shown = new byte[TEXT.length / 8 * 8];
            guest.debugger().read(5 * PAGE, shown);
            assertArrayEquals(Arrays.copyOf(TEXT, shown.length), shown);
        }
    }

    @Test
    void directStoresAreSeenAfterWriteBackAndMarkPagesDirty() throws Exception {
        try (SevGuest guest = launch(0)) {
            ram.dirtyLog().enable(DirtyClient.MIGRATION);
            vcpu.store(0x3000, 8, 1, true);
            long direct = vcpu.writable(0x3000, true);
            assertNotEquals(0, direct);
            long[] dirty = new long[4];
            ram.dirtyLog().sync(DirtyClient.MIGRATION, dirty);
            assertEquals(1L << 3, dirty[0]);
            HostMemory.putLong(vcpu.writable(0x3000, true) + 8, 77);
            space.writeBack(ram, 3, 1);
            byte[] shown = new byte[16];
            guest.debugger().read(0x3000, shown);
            assertEquals(77, word(shown, 8));
            assertTrue(ram.dirtyLog().dirty(DirtyClient.MIGRATION, 3));
            assertEquals(direct, vcpu.readable(0x3000, true), "the plaintext stays where it is");
        }
    }

    @Test
    void aPageSeenTheOtherWayIsNoise() throws Exception {
        try (SevGuest guest = launch(0)) {
            vcpu.store(0x5000, 8, 42, true);
            long noise = vcpu.load(0x5000, 8, false);
            assertNotEquals(42, noise);
            assertEquals(42, vcpu.load(0x5000, 8, true));
            vcpu.store(0x5000, 8, 43, false);
            assertNotEquals(43, vcpu.load(0x5000, 8, true));
            assertEquals(43, vcpu.load(0x5000, 8, false));
            assertEquals(43, space.load(0x5000, 8), "shared pages are the host's to read");
            space.store(0x6000, 8, 44);
            assertNotEquals(44, vcpu.load(0x6000, 8, true));
            assertEquals("running", guest.info().state());
        }
    }

    @Test
    void morePagesThanTheCacheHasAreAllKept() throws Exception {
        int handle =
                platform.firmware()
                        .launchStart(
                                LaunchStart.of(
                                        new GuestPolicy(0), GuestMemory.of(ram.segment(), 0)));
        int asid = platform.bind(handle);
        try (PlaintextCache cache =
                new PlaintextCache(platform.engine(asid), RAM / PAGE, 20, space::dropAddresses)) {
            space.privateMemory(cache);
            for (int round = 0; round < 3; round++) {
                for (long page = 0; page < RAM; page += PAGE) {
                    if (round > 0) {
                        assertEquals(page + round - 1, vcpu.load(page + 24, 8, true));
                    }
                    vcpu.store(page + 24, 8, page + round, true);
                    assertTrue(cache.pages() <= 20);
                }
            }
        }
    }

    @Test
    void nodbgClosesPrivatePagesAndLeavesSharedOnesOpen() throws Exception {
        try (SevGuest guest = launch(1)) {
            vcpu.store(0x4000, 8, 42, true);
            vcpu.store(0x8000, 8, 43, false);
            assertEquals(0, guest.protocol().hypercall(0, 12, 0x8000, 1, 0, 0, true));
            byte[] eight = new byte[8];
            SevException refused =
                    assertThrows(SevException.class, () -> guest.debugger().read(0x4000, eight));
            assertEquals(FirmwareStatus.POLICY_FAILURE, refused.status());
            assertEquals(0, word(eight, 0));
            guest.debugger().read(0x8000, eight);
            assertEquals(43, word(eight, 0));
            assertThrows(SevException.class, () -> guest.debugger().write(0x4000, eight));
            assertThrows(
                    SevException.class,
                    () -> platform.firmware().dbgDecrypt(guest.handle(), 0x4000, eight, 0, 16));
            assertEquals(42, vcpu.load(0x4000, 8, true));
        }
        try (SevGuest open = launch(0)) {
            byte[] eight = {1, 2, 3, 4, 5, 6, 7, 8};
            open.debugger().write(0x4003, eight);
            assertEquals(0x0807060504030201L, vcpu.load(0x4003, 8, true));
        }
    }

    @Test
    void measurementIsThatOfFirmwareAndImagesInOrder() throws Exception {
        space.write(0x7c00, TEXT);
        space.write(0x9000, TEXT);
        try (SevGuest guest = launch(1)) {
            byte[] measured = Base64.getDecoder().decode(guest.measure().orElseThrow().data());
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(bytes(rom, 0, (int) rom.size()));
            byte[] low = new byte[PAGE];
            System.arraycopy(TEXT, 0, low, 0xc00, TEXT.length);
            digest.update(low);
            byte[] high = Arrays.copyOf(TEXT, PAGE);
            digest.update(high);
            byte[] nonce = Arrays.copyOfRange(measured, 32, 48);
            FirmwareVersion version = FirmwareVersion.DEFAULT;
            try (TransportKeys keys = TransportKeys.of(new byte[16], new byte[16])) {
                LaunchMeasurement expected =
                        LaunchMeasurement.compute(
                                new LaunchMeasurement.Firmware(
                                        version.apiMajor(), version.apiMinor(), version.build()),
                                new GuestPolicy(1),
                                digest.digest(),
                                nonce,
                                keys);
                assertArrayEquals(expected.bytes(), measured);
            }
        }
    }

    @Test
    void aSecretIsPutInBetweenMeasureAndFinish() throws Exception {
        try (SevGuest guest = new SevGuest(config(1), platform, RAM);
                TransportKeys keys = TransportKeys.of(new byte[16], new byte[16])) {
            assertEquals("uninit", guest.info().state());
            guest.launchStart(space);
            assertEquals("launch-update", guest.info().state());
            assertEquals(Optional.empty(), guest.measure());
            guest.launchUpdate(ROM, rom.size());
            guest.launchMeasure();
            assertEquals("launch-secret", guest.info().state());
            byte[] measured = Base64.getDecoder().decode(guest.measure().orElseThrow().data());
            LaunchSecret sealed =
                    LaunchSecret.seal(
                            Arrays.copyOf(TEXT, 32),
                            new byte[16],
                            new LaunchMeasurement.Firmware(1, 55, 3),
                            LaunchMeasurement.parse(measured),
                            keys);
            guest.injectSecret(sealed.header(), sealed.ciphertext(), 0x2000);
            guest.launchFinish();
            assertArrayEquals(Arrays.copyOf(TEXT, 32), guestBytes(0x2000, 32));
            assertFalse(contains(ram, Arrays.copyOf(TEXT, 16)));
        }
    }

    @Test
    void pagesThatChangeStatusAreDirty() throws Exception {
        try (SevGuest guest = launch(0)) {
            ram.dirtyLog().enable(DirtyClient.MIGRATION);
            guest.protocol().hypercall(0, 12, 0x10000, 4, 0, 0, true);
            long[] dirty = new long[4];
            ram.dirtyLog().sync(DirtyClient.MIGRATION, dirty);
            assertEquals(0xfL << 16, dirty[0]);
            guest.protocol().hypercall(0, 12, 0x11000, 1, 0, 0, true);
            assertEquals(0, ram.dirtyLog().sync(DirtyClient.MIGRATION, new long[4]));
            guest.reset();
            assertEquals(4, ram.dirtyLog().sync(DirtyClient.MIGRATION, new long[4]));
        }
    }

    @Test
    void queriesHaveQmpsKeys() throws Exception {
        try (SevGuest guest = launch(0x31)) {
            Map<String, Object> info = guest.info().qmp();
            assertEquals(
                    "{enabled=true, api-major=1, api-minor=55, build-id=3, policy=49,"
                            + " state=running, handle=1}",
                    info.toString());
            Map<String, Object> capabilities = guest.capabilities().qmp();
            assertEquals(
                    "[pdh, cert-chain, cpu0-id, cbitpos, reduced-phys-bits]",
                    capabilities.keySet().toString());
            assertEquals(2084, decoded(capabilities, "pdh").length);
            assertEquals(6252, decoded(capabilities, "cert-chain").length);
            assertEquals(64, decoded(capabilities, "cpu0-id").length);
            assertEquals(48, decoded(guest.measure().orElseThrow().qmp(), "data").length);
        }
    }

    @Test
    void nosendBlocksMigrationWhateverTheGuestSays() throws Exception {
        try (SevGuest guest = launch(1 << 3)) {
            guest.protocol().writeMsr(0x4b564d08, 1);
            assertTrue(guest.migrationBlocker().orElseThrow().contains("NOSEND"));
        }
        try (SevGuest guest = launch(0)) {
            assertTrue(guest.migrationBlocker().isPresent());
            guest.protocol().writeMsr(0x4b564d08, 1);
            assertEquals(Optional.empty(), guest.migrationBlocker());
        }
    }

    @Test
    void guestsComeAndGoUntilAsidsHadToBeFlushed() throws Exception {
        for (int i = 0; i < 1000; i++) {
            int handle =
                    platform.firmware()
                            .launchStart(
                                    LaunchStart.of(
                                            new GuestPolicy(0), GuestMemory.of(ram.segment(), 0)));
            platform.bind(handle);
            platform.firmware().launchMeasure(handle, 48);
            platform.firmware().launchFinish(handle);
            platform.end(handle);
        }
    }

    private SevGuest launch(int policy) throws Exception {
        SevGuest guest = new SevGuest(config(policy), platform, RAM);
        guest.launch(space);
        guest.launchFinish();
        return guest;
    }

    private static SevGuestConfig config(int policy) {
        return SevGuestConfig.of(new GuestPolicy(policy), CPUID, Path.of("host.json"));
    }

    private byte[] guestBytes(long gpa, int length) {
        byte[] found = new byte[length];
        for (int i = 0; i < length; i++) {
            found[i] = (byte) vcpu.load(gpa + i, 1, true);
        }
        return found;
    }

    private static long word(byte[] bytes, int at) {
        return MemorySegment.ofArray(bytes).get(ValueLayout.JAVA_LONG_UNALIGNED, at);
    }

    private static byte[] bytes(RamBlock block, long at, int length) {
        return block.segment().asSlice(at, length).toArray(ValueLayout.JAVA_BYTE);
    }

    private static byte[] decoded(Map<String, Object> map, String key) {
        return Base64.getDecoder().decode(String.valueOf(map.get(key)));
    }

    private static boolean contains(RamBlock block, byte[] text) {
        String memory =
                new String(bytes(block, 0, (int) block.size()), StandardCharsets.ISO_8859_1);
        return memory.contains(new String(text, StandardCharsets.ISO_8859_1));
    }
}
