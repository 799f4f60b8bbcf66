package dev.ferry.vmm.fault;

import static dev.ferry.vmm.fault.Firmware.exit;
import static dev.ferry.vmm.fault.Firmware.join;
import static dev.ferry.vmm.fault.Firmware.le32;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.ferry.vmm.cpu.Accelerator;
import dev.ferry.vmm.cpu.kvm.KvmAccelerator;
import dev.ferry.vmm.cpu.x86.CpuModel;
import dev.ferry.vmm.cpu.x86.Interpreter;
import dev.ferry.vmm.machine.Machine;
import dev.ferry.vmm.machine.MachineConfig;
import dev.ferry.vmm.machine.MachineEnd;
import dev.ferry.vmm.memory.AddressSpace;
import java.io.IOException;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Guests that do what they should not: the machine has an answer, and says what happened. */
@Timeout(120)
class FaultInjectionTest {

    private final Notes notes = new Notes();

    private static Accelerator accelerator(String name) {
        if (name.equals("tcg")) {
            return new Interpreter(CpuModel.qemu64(), null);
        }
        try {
            return new KvmAccelerator();
        } catch (IOException e) {
            return abort(e.getMessage());
        }
    }

    private MachineConfig config(String accelerator, byte[] firmware) {
        MachineConfig config = new MachineConfig(accelerator(accelerator));
        config.machine = "pc";
        config.ramBytes = 16 << 20;
        config.firmware = firmware;
        config.debugExitPort = Firmware.EXIT_PORT;
        config.noReboot = true;
        config.listener = notes;
        return config;
    }

    private MachineEnd run(String accelerator, byte[] firmware)
            throws IOException, InterruptedException {
        try (Machine machine = Machine.create(config(accelerator, firmware))) {
            machine.start();
            return machine.awaitEnd();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcg", "kvm"})
    void aTripleFaultResetsAndSaysWhere(String accelerator) throws Exception {
        // lidt [0x100000]: memory there is zero; ud2
        MachineEnd end =
                run(accelerator, Firmware.flat(0x0f, 0x01, 0x1d, 0, 0, 0x10, 0, 0x0f, 0x0b));
        assertEquals(MachineEnd.Cause.RESET, end.cause(), end.message());
        String note = notes.only(": triple fault");
        assertTrue(note.contains("RIP 0xffff0107"), note);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcg", "kvm"})
    void nothingAtAnAddressReadsAsAllOnesAndSaysWhere(String accelerator) throws Exception {
        // mov eax, [0xc0000000]; mov [0xc0001000], eax; (twice) shr eax, 26
        MachineEnd end =
                run(
                        accelerator,
                        Firmware.flat(
                                exit(
                                        0xa1, 0, 0, 0, 0xc0, 0xa3, 0, 0x10, 0, 0xc0, 0xa3, 0, 0x10,
                                        0, 0xc0, 0xc1, 0xe8, 26)));
        assertEquals(MachineEnd.Cause.DEBUG_EXIT, end.cause(), end.message());
        assertEquals(0x3f * 2 + 1, end.status());
        String load = notes.only("load from nowhere");
        assertTrue(load.contains("guest-physical 0xc0000000"), load);
        assertTrue(load.contains("RIP 0xffff010"), load);
        String store = notes.only("store to nowhere");
        assertTrue(store.contains("guest-physical 0xc0001000"), store);
        assertTrue(store.contains("RIP 0xffff010"), store);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcg", "kvm"})
    void aStoreToRomIsIgnoredAndSaysWhere(String accelerator) throws Exception {
        // mov byte [0xffff8000], 1; mov al, [0xffff8000]; sub al, 0xf4 - 3
        MachineEnd end =
                run(
                        accelerator,
                        Firmware.flat(
                                exit(
                                        0xc6, 5, 0, 0x80, 0xff, 0xff, 1, 0xa0, 0, 0x80, 0xff, 0xff,
                                        0x2c, 0xf1)));
        assertEquals(3 * 2 + 1, end.status(), end.message());
        String note = notes.only("store to ROM");
        assertTrue(note.contains("guest-physical 0xffff8000"), note);
        assertTrue(note.contains("RIP 0xffff010"), note);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcg", "kvm"})
    void codeWhereNothingIsEndsTheGuest(String accelerator) throws Exception {
        // mov eax, 0xc0000000; jmp eax
        MachineEnd end = run(accelerator, Firmware.flat(0xb8, 0, 0, 0, 0xc0, 0xff, 0xe0));
        String said = end.message() + notes.all;
        assertTrue(
                end.cause() == MachineEnd.Cause.FAILED || end.cause() == MachineEnd.Cause.RESET,
                said);
        assertTrue(said.contains("0xc0000000"), said);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcg", "kvm"})
    void aStormOfPortAccessesEnds(String accelerator) throws Exception {
        // mov ecx, 3000; l: mov edx, 0x1000; add edx, ecx; in eax, dx; out dx, eax; in al, dx;
        // out dx, ax; loop l; mov al, 9
        MachineEnd end =
                run(
                        accelerator,
                        Firmware.flat(
                                exit(
                                        0xb9, 0xb8, 0x0b, 0, 0, 0xba, 0, 0x10, 0, 0, 0x01, 0xca,
                                        0xed, 0xef, 0xec, 0x66, 0xef, 0xe2, 0xf2, 0xb0, 9)));
        assertEquals(9 * 2 + 1, end.status(), end.message());
    }

    @ParameterizedTest
    @ValueSource(strings = {"isapc", "pc", "q35", "microvm"})
    void noValueAtAnyPortBreaksADevice(String board) throws Exception {
        for (long seed = 1; seed <= 3; seed++) {
            MachineConfig config = config("tcg", Firmware.real(0xf4));
            config.machine = board;
            try (Machine machine = Machine.create(config)) {
                SplittableRandom random = new SplittableRandom(seed);
                machine.lock().lock();
                try {
                    storm(machine, random, board + ", seed " + seed);
                } finally {
                    machine.lock().unlock();
                }
            }
        }
    }

    private static void storm(Machine machine, SplittableRandom random, String what) {
        for (int i = 0; i < 150_000; i++) {
            int port = random.nextInt(4) == 0 ? random.nextInt(0x10000) : random.nextInt(0x1000);
            if (port > 0x510 && port < 0x51c) {
                continue; // fw_cfg: a transfer of 4 GiB is granted, and takes its time
            }
            int size = 1 << random.nextInt(3);
            int value = random.nextInt() >>> random.nextInt(32);
            boolean out = random.nextBoolean();
            try {
                if (out) {
                    machine.ports().out(port, size, value);
                } else {
                    machine.ports().in(port, size);
                }
            } catch (RuntimeException e) {
                throw new AssertionError(
                        "%s: %s %x.%d %x".formatted(what, out ? "out" : "in", port, size, value),
                        e);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"isapc", "pc", "q35", "microvm"})
    void noValueAtAnyAddressBreaksADevice(String board) throws Exception {
        for (long seed = 1; seed <= 3; seed++) {
            MachineConfig config = config("tcg", Firmware.real(0xf4));
            config.machine = board;
            try (Machine machine = Machine.create(config)) {
                SplittableRandom random = new SplittableRandom(seed);
                for (int i = 0; i < 200_000; i++) {
                    long[] bases = {
                        0xfec00000L,
                        0xfee00000L,
                        0xfed00000L,
                        0xfeb00000L,
                        0xa0000L,
                        0xff000000L,
                        0xe0000000L,
                        0xfffff000L,
                        1L << 40
                    };
                    long gpa = bases[random.nextInt(bases.length)] + random.nextInt(0x4000);
                    int size = 1 << random.nextInt(4);
                    long value = random.nextLong() >>> random.nextInt(64);
                    boolean store = random.nextBoolean();
                    try {
                        if (store) {
                            machine.memory().store(gpa, size, value);
                        } else {
                            machine.memory().load(gpa, size);
                        }
                    } catch (RuntimeException e) {
                        throw new AssertionError(
                                "%s, seed %d: %s %x.%d %x"
                                        .formatted(
                                                board,
                                                seed,
                                                store ? "store" : "load",
                                                gpa,
                                                size,
                                                value),
                                e);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "isapc, 0x80000",
        "pc, 0x80000",
        "pc, 0xa0000",
        "pc, 0x100000",
        "q35, 0x800000",
        "microvm, 0x1000000",
        "pc, 0x80000000",
        "pc, 0xe0000000",
        "q35, 0xb0000000",
        "pc, 0x100000000",
        "q35, 0x1000000000",
        "pc, 0x1000000000",
        "microvm, 0x1000000000"
    })
    void memoryIsThereUpToItsTopAndNotAbove(String board, String bytes) throws Exception {
        MachineConfig config = config("tcg", Firmware.real(0xf4));
        config.machine = board;
        config.ramBytes = Long.decode(bytes);
        try (Machine machine = Machine.create(config)) {
            AddressSpace memory = machine.memory();
            long below = machine.ram().below();
            long above = machine.ram().above();
            assertEquals(config.ramBytes, below + above);
            checkTop(memory, below);
            if (above > 0) {
                assertTrue(memory.isMemory(1L << 32, above));
                checkTop(memory, (1L << 32) + above);
            } else {
                assertFalse(memory.isMemory(1L << 32, 1));
            }
            assertEquals(-1, memory.load(1L << 51, 8));
            assertEquals(-1, memory.load(1L << 52, 8));
            memory.store(1L << 52, 8, 0);
            memory.store(-8, 8, 0);
        }
    }

    private static void checkTop(AddressSpace memory, long top) {
        long last = top == 0x100000 ? 0xa0000 : top; // firmware is there
        memory.store(last - 8, 8, 0x1122334455667788L);
        assertEquals(0x1122334455667788L, memory.load(last - 8, 8));
        if (top > 0x100000) {
            assertFalse(memory.isMemory(top, 1));
            memory.store(top - 4, 8, 0x0102030405060708L);
            assertEquals(0xffffffff05060708L, memory.load(top - 4, 8));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcg", "kvm"})
    void theLastByteBelowTheHoleAndTheFirstInIt(String accelerator) throws Exception {
        byte[] firmware =
                Firmware.flat(
                        exit(
                                join(
                                        new int[] {0xc6, 5}, // mov byte [top - 1],
                                        le32(0xc0000000L - 1),
                                        new int[] {0x15, 0xa0}, // mov al, [top - 1]
                                        le32(0xc0000000L - 1),
                                        new int[] {0x8a, 0x25}, // mov ah, [top]
                                        le32(0xc0000000L),
                                        new int[] {0xfe, 0xc4, 0x00, 0xe0}))); // inc ah; add al, ah
        MachineConfig config = config(accelerator, firmware);
        config.ramBytes = 64L << 30;
        try (Machine machine = Machine.create(config)) {
            assertEquals(0xc0000000L, machine.ram().below());
            machine.start();
            MachineEnd end = machine.awaitEnd();
            assertEquals(0x15 * 2 + 1, end.status(), end.message());
        }
    }
}
