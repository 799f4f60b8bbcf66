package dev.ferry.vmm.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.vmm.cpu.x86.CpuModel;
import dev.ferry.vmm.cpu.x86.Interpreter;
import java.io.IOException;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What guests ask of the machine as a whole, in a few bytes of firmware. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class GuestRequestsTest {

    /** 64 KiB of firmware: code at its start, and a jump there at the reset vector. */
    private static MachineConfig firmware(String type, String code) {
        byte[] image = new byte[1 << 16];
        byte[] bytes = HexFormat.of().parseHex(code.replace(" ", ""));
        System.arraycopy(bytes, 0, image, 0, bytes.length);
        // jmp 0xf000:0
        byte[] jump = {(byte) 0xea, 0, 0, 0, (byte) 0xf0};
        System.arraycopy(jump, 0, image, 0xfff0, jump.length);
        MachineConfig config = new MachineConfig(new Interpreter(CpuModel.qemu64(), null));
        config.machine = type;
        config.ramBytes = 2 << 20;
        config.firmware = image;
        config.debugExitPort = 0x501;
        return config;
    }

    private static MachineEnd run(MachineConfig config) throws IOException, InterruptedException {
        try (Machine machine = Machine.create(config)) {
            machine.start();
            return machine.awaitEnd();
        }
    }

    @Test
    void debugExitEndsTheRunWithItsStatus() throws IOException, InterruptedException {
        // mov dx, 0x501 ; mov al, 0x10 ; out dx, al ; hlt
        MachineEnd end = run(firmware("microvm", "ba0105 b010 ee f4"));
        assertEquals(MachineEnd.Cause.DEBUG_EXIT, end.cause());
        assertEquals(0x21, end.status());
    }

    @Test
    void aTripleFaultEndsTheRunWhereResetsDo() throws IOException, InterruptedException {
        // o32 lidt of six zero bytes at cs:0x10 ; int3
        MachineConfig config = firmware("pc", "662e0f011e1000 cc 90909090909090 000000000000");
        config.noReboot = true;
        assertEquals(MachineEnd.Cause.RESET, run(config).cause());
    }

    @Test
    void aResetKeepsMemoryAndStartsAnew() throws IOException, InterruptedException {
        // inc byte [0x500] ; cmp byte [0x500], 3 ; je +6 ; mov al, 1 ; out 0x92, al ; hlt ; hlt
        // then debug exit
        MachineConfig config =
                firmware(
                        "pc-q35-10.0",
                        "31c0 8ed8 fe060005 803e000503 7406 b001 e692 f4 f4 ba0105 b007 ee f4");
        MachineEnd end = run(config);
        assertEquals(MachineEnd.Cause.DEBUG_EXIT, end.cause());
        assertEquals(15, end.status());
    }

    @Test
    void sleepingInS5SwitchesOff() throws IOException, InterruptedException {
        // PMBASE = 0x600, PMIOSE on, by 0xcf8; PM1_CNT = SLP_EN
        MachineConfig config =
                firmware(
                        "pc-i440fx-10.0",
                        "66b8400b0080 baf80c 66ef 66b801060000 bafc0c 66ef"
                                + " 66b8800b0080 baf80c 66ef b001 bafc0c ee"
                                + " b80020 ba0406 ef f4");
        MachineEnd end = run(config);
        assertEquals(MachineEnd.Cause.SHUTDOWN, end.cause());
        assertEquals(0, end.status());
    }

    @Test
    void aHaltedGuestStandsAndGoesOnWhereItWas() throws IOException, InterruptedException {
        // sti-less hlt: nothing ever ends it
        MachineConfig config = firmware("microvm", "f4 ebfd");
        try (Machine machine = Machine.create(config)) {
            machine.start();
            machine.pause();
            assertEquals(RunState.PAUSED, machine.runState());
            long stood = machine.virtualTime();
            assertEquals(stood, machine.virtualTime());
            machine.resume();
            assertEquals(RunState.RUNNING, machine.runState());
            machine.pause();
            assertTrue(machine.virtualTime() >= stood);
        }
    }
}
