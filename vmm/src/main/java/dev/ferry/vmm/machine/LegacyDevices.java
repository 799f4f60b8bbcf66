package dev.ferry.vmm.machine;

import dev.ferry.vmm.device.Dma8237;
import dev.ferry.vmm.device.Fdc;
import dev.ferry.vmm.device.KeyboardController;
import dev.ferry.vmm.device.PcSpeaker;
import dev.ferry.vmm.device.Pit8254;
import dev.ferry.vmm.device.Port92;
import dev.ferry.vmm.device.Ps2Keyboard;
import dev.ferry.vmm.device.Ps2Mouse;
import dev.ferry.vmm.device.VmMouse;
import dev.ferry.vmm.memory.Access;
import dev.ferry.vmm.memory.RamBlock;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What every PC has had since the ISA bus. */
final class LegacyDevices {

    private static final long OPTION_ROMS = 0xc0000;
    private static final long OPTION_ROM_BYTES = 0x20000;

    private final Board board;

    LegacyDevices(Board board) {
        this.board = board;
    }

    /** The memory that option ROMs are in. */
    static void optionRom(Board board, @Nullable ReceivedMemory received) throws IOException {
        RamBlock rom =
                board.block(
                        "pc.rom",
                        OPTION_ROM_BYTES,
                        OPTION_ROM_BYTES,
                        !board.writableFirmware(),
                        received);
        board.memory.add(
                OPTION_ROMS,
                Math.min(rom.size(), OPTION_ROM_BYTES),
                1,
                rom,
                0,
                null,
                rom.readOnly() ? Access.READ_ONLY : Access.READ_WRITE);
    }

    /** Both DMA controllers. */
    void dma() {
        for (int i = 0; i < 2; i++) {
            Dma8237 chip = board.add(new Dma8237(i));
            board.ports.add(i == 0 ? 0x00 : 0xc0, 8 << i, chip.channels());
            board.ports.add(i == 0 ? 0x08 : 0xd0, 8 << i, chip.control());
            int pages = i == 0 ? 0x80 : 0x88;
            board.ports.add(pages + 1, 3, shifted(chip, 1));
            board.ports.add(pages + 7, 1, shifted(chip, 7));
        }
    }

    /** Page registers from one of them on. */
    private static dev.ferry.vmm.device.PortDevice shifted(Dma8237 chip, int first) {
        dev.ferry.vmm.device.PortDevice pages = chip.pages();
        return new dev.ferry.vmm.device.PortDevice() {
            @Override
            public int in(int port, int size) {
                return pages.in(port + first, size);
            }

            @Override
            public void out(int port, int size, int value) {
                pages.out(port + first, size, value);
            }
        };
    }

    /** Timer and speaker. */
    Pit8254 timer() {
        Pit8254 pit = board.pit();
        speaker(pit);
        return pit;
    }

    void speaker(Pit8254 pit) {
        PcSpeaker speaker = board.add(new PcSpeaker(pit));
        board.ports.add(0x61, 1, speaker);
    }

    void floppy() {
        Fdc fdc = board.add(new Fdc());
        board.ports.add(0x3f1, 5, fdc);
        board.ports.add(0x3f7, 1, fdc);
    }

    /** Keyboard, mouse, and port 0x92. */
    void keyboard(boolean extended) {
        Ps2Keyboard keyboard = board.add(new Ps2Keyboard());
        Ps2Mouse mouse = board.add(new Ps2Mouse());
        KeyboardController controller =
                board.add(
                        new KeyboardController(
                                board.irq(1),
                                board.irq(12),
                                board.parts.a20(),
                                board.control,
                                keyboard,
                                mouse,
                                extended));
        board.ports.add(0x60, 1, controller.dataPort());
        board.ports.add(0x64, 1, controller.commandPort());
        board.add(new VmMouse());
        Port92 port92 = board.add(new Port92(board.parts.a20(), board.control::requestReset));
        board.ports.add(0x92, 1, port92);
    }
}
