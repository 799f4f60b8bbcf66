package dev.ferry.vmm.cpu.kvm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.ferry.testdata.qemu.PageMix;
import dev.ferry.vmm.cpu.CpuState;
import dev.ferry.vmm.cpu.Vcpu;
import dev.ferry.vmm.cpu.VcpuExit;
import dev.ferry.vmm.memory.Access;
import dev.ferry.vmm.memory.RamBlock;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whole guests: from the reset vector in real mode to wherever they go. */
@Timeout(120)
class KvmGuestTest {

    private static byte[] image(String name) throws IOException {
        try (InputStream in =
                KvmGuestTest.class.getResourceAsStream("/dev/ferry/testdata/guests/" + name)) {
            assertTrue(in != null, name);
            return in.readAllBytes();
        }
    }

    /**
     * A 64 KiB firmware at the top of 4 GiB and of 1 MiB, in RAM as isapc has it: the capture
     * guest's descriptor table is in it, and processors mark descriptors that they load. Some
     * kernels never get past that when it is a ROM.
     */
    private static RamBlock firmware(KvmMachine machine, byte[] image) throws IOException {
        RamBlock rom = new RamBlock("pc.bios", 0x10000);
        machine.space.add(0xf0000, 0x10000, 1, rom, 0, null, Access.READ_WRITE);
        machine.space.addRam(rom, 0xffff0000L, 0, 0x10000);
        machine.put(0xffff0000L, image);
        return rom;
    }

    @Test
    void theCaptureGuestFillsMemoryAndSaysTheAlphabet() throws Exception {
        byte[] image = image("capguest.bin");
        ByteBuffer parameters = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
        int seed = parameters.getInt(0x104);
        parameters.putInt(0x110, 0x00200000); // dirty what is not filled
        parameters.putInt(0x118, 4); // passes for each letter
        parameters.putInt(0x11c, 10); // delay
        Vcpu[] runs = new Vcpu[1];
        StringBuilder said = new StringBuilder();
        RecordingHost host =
                new RecordingHost() {
                    @Override
                    public void portOut(int port, int size, int value) {
                        super.portOut(port, size, value);
                        if (port == 0x3f8 && said.append((char) value).indexOf("XYZABC") >= 0) {
                            runs[0].kick();
                        }
                    }
                };
        try (KvmMachine machine = new KvmMachine(4 << 20, host);
                RamBlock _ = firmware(machine, image)) {
            Vcpu vcpu = machine.vcpu();
            runs[0] = vcpu;
            assertEquals(VcpuExit.KICKED, vcpu.run(), vcpu.failure());
            String serial = said.substring(said.indexOf("READY"));
            assertTrue(serial.startsWith("READY\nABCDEFGHIJKLMNOPQRSTUVWXYZABC"), said.toString());
            byte[] filled = new byte[0x100000];
            machine.space.read(0x100000, filled);
            assertArrayEquals(new PageMix(seed).pages(0x100, 0x100), filled);
        }
    }

    @Test
    void longModeIsReachedFromTheResetVector() throws IOException {
        RecordingHost host =
                new RecordingHost() {
                    @Override
                    public int portIn(int port, int size) {
                        // An empty fw_cfg.
                        return port >= 0x510 && port < 0x51c ? 0 : super.portIn(port, size);
                    }
                };
        try (KvmMachine machine = new KvmMachine(4 << 20, host);
                RamBlock _ = firmware(machine, image("longmode.bin"))) {
            Vcpu vcpu = machine.vcpu();
            VcpuExit exit = vcpu.run();
            // Some kernels emulate guests that way, and then know no SSE.
            assumeFalse(vcpu.failure().startsWith("KVM cannot emulate"), vcpu.failure());
            assertEquals(VcpuExit.HALTED, exit, vcpu.failure());
            assertTrue(machine.host.serial().endsWith("READY\n"), machine.host.serial());
            CpuState state = new CpuState();
            vcpu.save(state);
            assertEquals(0x500, state.efer & 0x500);
            // It goes on where it is loaded anew.
            vcpu.reset();
            vcpu.load(state);
            CpuState again = new CpuState();
            vcpu.save(again);
            assertArrayEquals(state.regs, again.regs);
        }
    }
}
