package dev.ferry.vmm.sev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.sev.firmware.GuestMemory;
import dev.ferry.sev.firmware.PacketBuffer;
import dev.ferry.sev.firmware.PlatformFile;
import dev.ferry.sev.firmware.PlatformOptions;
import dev.ferry.sev.firmware.ReceiveStart;
import dev.ferry.sev.firmware.SecureProcessor;
import dev.ferry.sev.firmware.SendSession;
import dev.ferry.sev.firmware.SendStart;
import dev.ferry.sev.policy.GuestPolicy;
import dev.ferry.vmm.hypercall.SevCpuid;
import dev.ferry.vmm.memory.AddressSpace;
import dev.ferry.vmm.memory.Backing;
import dev.ferry.vmm.memory.RamBlock;
import dev.ferry.vmm.memory.VcpuMemory;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

/** A guest goes from one platform to another by SEND and RECEIVE; nobody on the way can read it. */
class SentGuestTest {

    private static final int PAGE = 4096;
    private static final long RAM = 16 * PAGE;
    private static final long ROM = 0xfffff000L;
    private static final String SECRET = "What only the guest may know, wherever it is. ";

    /** A machine's memory. */
    private static final class Memory implements AutoCloseable {
        final AddressSpace space = new AddressSpace(new ReentrantLock());
        final RamBlock ram = new RamBlock("pc.ram", RAM);
        final RamBlock rom = new RamBlock("pc.bios", PAGE, true, new Backing.Anonymous());
        final VcpuMemory vcpu;

        Memory() throws IOException {
            space.addRam(ram, 0, 0, RAM);
            space.addRom(rom, ROM, 0, PAGE);
            vcpu = space.view();
        }

        String host() {
            return new String(
                    ram.segment().toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1);
        }

        @Override
        public void close() {
            ram.close();
            rom.close();
        }
    }

    @Test
    void aGuestThatWasSentIsThereAndWasNeverReadable() throws Exception {
        PlatformFile from =
                PlatformFile.create(PlatformOptions.DEFAULT.withRootBits(2048), new SecureRandom());
        PlatformFile to =
                PlatformFile.create(PlatformOptions.DEFAULT.withRootOf(from), new SecureRandom());
        SevGuestConfig config =
                SevGuestConfig.of(new GuestPolicy(0x20), new SevCpuid(51, 1), Path.of("host.json"));
        try (Memory here = new Memory();
                Memory there = new Memory();
                SevPlatform source = SevPlatform.of(SecureProcessor.of(from, new SecureRandom()));
                SevPlatform target = SevPlatform.of(SecureProcessor.of(to, new SecureRandom()));
                SevGuest guest = new SevGuest(config, source, RAM);
                SevGuest arrived = new SevGuest(config, target, RAM)) {
            here.space.writeRom(ROM, MemorySegment.ofArray(bytes("firmware")));
            guest.launch(here.space);
            guest.launchFinish();
            byte[] secret = bytes(SECRET);
            for (int page = 0; page < 8; page++) {
                for (int i = 0; i < secret.length; i++) {
                    here.vcpu.store((long) page * PAGE + 100 + i, 1, secret[i], true);
                }
            }

            SecureProcessor sender = source.firmware();
            SendSession session =
                    sender.sendStart(
                            SendStart.of(
                                    guest.handle(),
                                    target.firmware().pdhCertExport(2084, 6252).pdh().bytes(),
                                    target.firmware().endorsedChain().bytes(),
                                    target.firmware().amdChain().bytes()));
            assertEquals("send-update", guest.info().state());
            GuestMemory memory = arrived.incoming(there.space);
            int handle =
                    target.firmware()
                            .receiveStart(
                                    ReceiveStart.of(
                                            session.policy(),
                                            sender.pdhCertExport(2084, 6252).pdh().bytes(),
                                            session.session(),
                                            memory));
            arrived.attach(there.space, handle, target.bind(handle));
            assertEquals("receive-update", arrived.info().state());
            byte[] header = new byte[52];
            byte[] packet = new byte[PAGE];
            PacketBuffer buffer = PacketBuffer.over(header, packet).at(0, 52, 0, PAGE);
            for (int page = 0; page <= 16; page++) {
                long gpa = page < 16 ? (long) page * PAGE : ROM;
                sender.sendUpdateData(guest.handle(), gpa, PAGE, buffer);
                assertFalse(text(packet).contains(SECRET.substring(0, 16)));
                target.firmware().receiveUpdateData(handle, gpa, PAGE, buffer);
            }
            sender.sendFinish(guest.handle());
            target.firmware().receiveFinish(handle);

            assertEquals("running", arrived.info().state());
            byte[] found = new byte[secret.length];
            for (int i = 0; i < found.length; i++) {
                found[i] = (byte) there.vcpu.load(5L * PAGE + 100 + i, 1, true);
            }
            assertEquals(SECRET, text(found));
            assertEquals('f', there.vcpu.load(ROM, 1, true));
            assertNotEquals(here.host(), there.host(), "each platform has a key of its own");
            there.space.writeBack(there.ram, 0, 16);
            here.space.writeBack(here.ram, 0, 16);
            assertFalse(there.host().contains(SECRET.substring(0, 16)));
            assertFalse(here.host().contains(SECRET.substring(0, 16)));
            assertTrue(arrived.migrationBlocker().isPresent(), "it has said nothing here yet");
            arrived.protocol().restore(true);
            assertTrue(arrived.migrationBlocker().isEmpty());
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
