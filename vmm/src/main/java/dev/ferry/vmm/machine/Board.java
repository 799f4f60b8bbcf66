package dev.ferry.vmm.machine;

import dev.ferry.vmm.device.AcpiChip;
import dev.ferry.vmm.device.Chardev;
import dev.ferry.vmm.device.DebugExit;
import dev.ferry.vmm.device.DebugPort;
import dev.ferry.vmm.device.Device;
import dev.ferry.vmm.device.FwCfg;
import dev.ferry.vmm.device.IrqLine;
import dev.ferry.vmm.device.KvmClock;
import dev.ferry.vmm.device.MachineControl;
import dev.ferry.vmm.device.PflashCfi01;
import dev.ferry.vmm.device.Pit8254;
import dev.ferry.vmm.device.QemuLine;
import dev.ferry.vmm.device.RtcMc146818;
import dev.ferry.vmm.device.Serial16550;
import dev.ferry.vmm.memory.AddressSpace;
import dev.ferry.vmm.memory.Backing;
import dev.ferry.vmm.memory.Mapping;
import dev.ferry.vmm.memory.PhysicalMemory;
import dev.ferry.vmm.memory.PortSpace;
import dev.ferry.vmm.memory.RamBlock;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A board with everything on it but the vCPUs: memory map, ports, devices, in the order in which
 * they were put there. Only used with the machine's lock held.
 */
abstract class Board implements AutoCloseable {

    static final long FOUR_GIB = 1L << 32;

    private static final long MIB = 1L << 20;
    private static final int SHADOWED_BIOS = 128 << 10;
    private static final int FLASH_SECTOR = 4096;
    private static final int[] SERIAL_PORTS = {0x3f8, 0x2f8, 0x3e8, 0x2e8};
    private static final int[] SERIAL_IRQS = {4, 3, 4, 3};

    final MachineConfig config;
    final MachineType type;
    final QemuLine line;
    final MachineParts parts;
    final AddressSpace memory;
    final PortSpace ports;
    final MachineControl control;
    final Interrupts interrupts = new Interrupts();
    final BlockSet blocks = new BlockSet();
    final List<Device> devices = new ArrayList<>();
    final RamLayout ram;
    private final List<FileChannel> flashFiles = new ArrayList<>();
    private final List<PflashCfi01> flashChips = new ArrayList<>();
    @Nullable FwCfg fwCfg;
    @Nullable AcpiChip acpi;
    @Nullable RtcMc146818 rtc;
    @Nullable KvmClock kvmClock;

    Board(MachineConfig config, MachineType type, QemuLine line, MachineParts parts) {
        this.config = config;
        this.type = type;
        this.line = line;
        this.parts = parts;
        this.memory = parts.memory();
        this.ports = parts.ports();
        this.control = parts.control();
        this.ram = RamLayout.of(type, config.ramBytes);
    }

    static Board of(MachineConfig config, MachineType type, QemuLine line, MachineParts parts) {
        return switch (type.board()) {
            case MICROVM -> new MicroVmBoard(config, type, line, parts);
            case ISAPC -> new IsaPcBoard(config, type, line, parts);
            case I440FX, Q35 -> new PcBoard(config, type, line, parts);
        };
    }

    /**
     * Makes memory and devices.
     *
     * @param received blocks that are on their way, by which those of the board are made; null for
     *     a fresh machine
     */
    abstract void build(@Nullable ReceivedMemory received) throws IOException;

    /** Name of main memory's block. */
    abstract String ramId();

    /** Whether guests may store to the firmware where it is mapped. */
    abstract boolean writableFirmware();

    final <T extends Device> T add(T device) {
        devices.add(device);
        return device;
    }

    /** Main memory, as configured or as received. */
    final void mainMemory(@Nullable ReceivedMemory received) throws IOException {
        if (received != null) {
            for (RamLayout.Piece piece : received.mainMemory(this)) {
                memory.addRam(piece.block(), piece.gpa(), piece.offset(), piece.length());
            }
            return;
        }
        String id = config.ramId == null ? ramId() : config.ramId;
        RamBlock block = blocks.add(id, config.ramBytes, config.ramBytes, false, config.ramBacking);
        for (RamLayout.Piece piece : ram.pieces(block)) {
            memory.addRam(piece.block(), piece.gpa(), piece.offset(), piece.length());
        }
    }

    /** A block of the board, of that size unless one of another size is received. */
    final RamBlock block(
            String id, long bytes, long maxBytes, boolean readOnly, @Nullable ReceivedMemory from)
            throws IOException {
        long size = from == null ? bytes : from.bytes(id);
        if (size <= 0) {
            size = bytes;
        }
        return blocks.add(id, size, Math.max(size, maxBytes), readOnly, new Backing.Anonymous());
    }

    /** Firmware or flash below 4 GiB, and its last part below 1 MiB. */
    final void firmware(@Nullable ReceivedMemory received) throws IOException {
        int chips = received == null ? config.flash.size() : received.flashChips();
        if (chips > 0) {
            flash(chips, received);
            return;
        }
        byte[] image = config.firmware;
        long bytes = image == null ? 0 : pageMultiple(image.length);
        if (received != null && received.bytes("pc.bios") > 0) {
            bytes = received.bytes("pc.bios");
        }
        if (bytes == 0) {
            return;
        }
        RamBlock bios = block("pc.bios", bytes, bytes, !writableFirmware(), received);
        map(bios, FOUR_GIB - bytes, 0, bytes);
        long low = Math.min(bytes, SHADOWED_BIOS);
        map(bios, MIB - low, bytes - low, low);
    }

    private void map(RamBlock block, long gpa, long offset, long length) {
        memory.add(
                gpa,
                length,
                1,
                block,
                offset,
                null,
                block.readOnly()
                        ? dev.ferry.vmm.memory.Access.READ_ONLY
                        : dev.ferry.vmm.memory.Access.READ_WRITE);
    }

    private static long pageMultiple(long bytes) {
        int page = PhysicalMemory.PAGE_BYTES;
        return (bytes + page - 1) / page * page;
    }

    private void flash(int chips, @Nullable ReceivedMemory received) throws IOException {
        long end = FOUR_GIB;
        for (int i = 0; i < chips; i++) {
            MachineConfig.@Nullable Flash chip =
                    i < config.flash.size() ? config.flash.get(i) : null;
            String id = "system.flash" + i;
            long bytes = received == null ? 0 : received.bytes(id);
            if (bytes <= 0) {
                if (chip == null) {
                    throw new IOException("flash chip " + i + " has no content");
                }
                bytes = pageMultiple(chip.content().length);
            }
            RamBlock block = blocks.add(id, bytes, bytes, false, new Backing.Anonymous());
            if (chip != null) {
                MemorySegment.copy(
                        MemorySegment.ofArray(chip.content()),
                        0,
                        block.segment(),
                        0,
                        Math.min(bytes, chip.content().length));
            }
            PflashCfi01 device =
                    new PflashCfi01(
                            i,
                            block,
                            FLASH_SECTOR,
                            memory,
                            open(chip),
                            chip != null && chip.readOnly());
            add(device);
            flashChips.add(device);
            Mapping mapping = memory.addRomDevice(block, end - bytes, 0, bytes, device);
            device.mapped(mapping);
            if (i == 0) {
                long low = Math.min(bytes, SHADOWED_BIOS);
                memory.add(
                        MIB - low,
                        low,
                        1,
                        block,
                        bytes - low,
                        null,
                        dev.ferry.vmm.memory.Access.READ_ONLY);
            }
            end -= bytes;
        }
    }

    private @Nullable FileChannel open(MachineConfig.@Nullable Flash chip) throws IOException {
        if (chip == null || chip.file() == null || chip.readOnly()) {
            return null;
        }
        FileChannel channel = FileChannel.open(chip.file(), StandardOpenOption.WRITE);
        flashFiles.add(channel);
        return channel;
    }

    /** Copies the firmware to its block again: at power-on and at every reset. */
    final void reloadFirmware() {
        RamBlock bios = blocks.find("pc.bios");
        byte[] image = config.firmware;
        if (bios != null && image != null) {
            // Images shorter than their block end at its end, where the reset vector is.
            long at = Math.max(0, bios.size() - image.length);
            memory.write(
                    bios,
                    at,
                    MemorySegment.ofArray(image).asSlice(0, Math.min(image.length, bios.size())));
        }
    }

    final IrqLine irq(int number) {
        return interrupts.line(number);
    }

    /** The two 8259s with their trigger registers. */
    final void pics() {
        interrupts.pics.devices().forEach(this::add);
        ports.add(0x20, 2, interrupts.pics.masterPorts());
        ports.add(0xa0, 2, interrupts.pics.slavePorts());
        ports.add(0x4d0, 1, interrupts.pics.masterTriggers());
        ports.add(0x4d1, 1, interrupts.pics.slaveTriggers());
    }

    final Pit8254 pit() {
        Pit8254 pit = add(new Pit8254(parts.clock(), irq(0)));
        ports.add(0x40, 4, pit);
        return pit;
    }

    /** The RTC, with what CMOS memory tells firmware about memory. */
    final RtcMc146818 rtc(boolean pc) {
        RtcMc146818 clock = add(new RtcMc146818(parts.hostClock(), irq(8)));
        ports.add(0x70, 2, clock);
        long bytes = ram.below();
        word(clock, 0x15, Math.min(bytes >> 10, 640));
        long extended = Math.min(Math.max(0, (bytes >> 10) - 1024), 65535);
        word(clock, 0x17, extended);
        word(clock, 0x30, extended);
        word(clock, 0x34, Math.min(Math.max(0, bytes - (16L << 20)) >> 16, 65535));
        long above = ram.above() >> 16;
        clock.cmos(0x5b, (int) above);
        clock.cmos(0x5c, (int) (above >> 8));
        clock.cmos(0x5d, (int) (above >> 16));
        if (pc) {
            clock.cmos(0x14, 0x06);
            clock.cmos(0x38, 0x30);
            clock.cmos(0x3d, 0x12);
            clock.cmos(0x5f, config.vcpus - 1);
        }
        rtc = clock;
        return clock;
    }

    private static void word(RtcMc146818 clock, int at, long value) {
        clock.cmos(at, (int) value & 0xff);
        clock.cmos(at + 1, (int) (value >> 8) & 0xff);
    }

    final void serials() {
        for (int i = 0; i < config.serials.size() && i < SERIAL_PORTS.length; i++) {
            Chardev chardev = config.serials.get(i);
            Serial16550 serial =
                    add(
                            new Serial16550(
                                    i, parts.clock(), irq(SERIAL_IRQS[i]), chardev, parts.lock()));
            ports.add(SERIAL_PORTS[i], 8, serial);
        }
    }

    final void debugPorts() {
        if (config.debugExitPort >= 0) {
            ports.add(config.debugExitPort, 4, 4, new DebugExit(control));
        }
        if (config.debugConsole != null) {
            ports.add(0xe9, 1, new DebugPort(0xe9, config.debugConsole));
        }
    }

    /** fw_cfg with what firmware asks for first. */
    final FwCfg firmwareConfiguration(boolean dma, boolean acpi) {
        FwCfg device = add(new FwCfg(memory, dma));
        ports.add(0x510, 2, 2, device.ports());
        if (dma) {
            ports.add(0x514, 8, 4, device.dmaPorts());
        }
        byte[] id = new byte[16];
        if (config.uuid != null) {
            ByteBuffer.wrap(id)
                    .putLong(config.uuid.getMostSignificantBits())
                    .putLong(config.uuid.getLeastSignificantBits());
        }
        device.put(FwCfg.UUID, id);
        device.putLong(FwCfg.RAM_SIZE, config.ramBytes);
        device.putShort(FwCfg.NO_GRAPHIC, 1);
        device.putShort(FwCfg.CPU_COUNT, config.vcpus);
        device.putShort(FwCfg.MAX_CPUS, config.vcpus);
        device.putShort(FwCfg.BOOT_MENU, 0);
        device.putInt(FwCfg.KERNEL_SIZE, 0);
        device.put(FwCfg.BOOT_DEVICE, new byte[] {'c'});
        device.file("bootorder", new byte[0]);
        device.file("etc/e820", e820());
        if (acpi) {
            device.file("etc/acpi/tables", new byte[0]);
            device.file("etc/acpi/rsdp", new byte[0]);
            device.file("etc/table-loader", new byte[0]);
        }
        fwCfg = device;
        return device;
    }

    /** Entries of u64 address, u64 length, u32 type 1, little endian. */
    private byte[] e820() {
        int entries = ram.above() > 0 ? 2 : 1;
        ByteBuffer table = ByteBuffer.allocate(20 * entries).order(ByteOrder.LITTLE_ENDIAN);
        table.putLong(0).putLong(ram.below()).putInt(1);
        if (ram.above() > 0) {
            table.putLong(RamLayout.HIGH).putLong(ram.above()).putInt(1);
        }
        return table.array();
    }

    /** The paravirtual clock, if the guest is offered one. */
    final void kvmClock(boolean offered) {
        if (offered) {
            kvmClock = add(new KvmClock(parts.clock(), parts.hostClock(), memory, config.tscHertz));
        }
    }

    @Override
    public void close() throws IOException {
        for (FileChannel file : flashFiles) {
            file.close();
        }
        blocks.close();
    }
}
