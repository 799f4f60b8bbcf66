package dev.ferry.stream.dump;

import dev.ferry.stream.ram.RamBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Lays out the memory of QEMU's PC boards and microvm: main memory from 0, with what does not fit
 * below the PCI hole going on at 4 GiB; memory devices behind it; the firmware up to 4 GiB, and its
 * last 128 KiB below 1 MiB unless the host bridge has RAM there. QEMU hw/i386/pc.c, pc_memory_init;
 * pc_piix.c, pc_q35.c, microvm.c; hw/i386/x86-common.c, x86_bios_rom_init.
 */
final class PcLayout {

    private static final long MIB = 1L << 20;
    private static final long GIB = 1L << 30;
    private static final long FOUR_GIB = 4 * GIB;

    /** From here on AMD CPUs have no RAM below 1 TiB, where memory then goes on. */
    private static final long AMD_HOLE = 0xfd_0000_0000L;

    /** The host bridge switches between ROM and RAM in such pieces. */
    private static final int SHADOW = 0x4000;

    /** Alignment of anonymous memory, and with it of memory devices; util/oslib-posix.c. */
    private static final long DEVICE_ALIGNMENT = 2 * MIB;

    private final String machine;
    private final List<RamBlock> blocks;
    private final BoardEvidence board;
    private final @Nullable SratTable srat;
    private final AddressMap map = new AddressMap();
    private final List<String> evidence = new ArrayList<>();
    private long below;
    private long highBase = FOUR_GIB;

    /** Why nothing can be laid out, or null. */
    private @Nullable String problem;

    PcLayout(String machine, List<RamBlock> blocks, BoardEvidence board, @Nullable SratTable srat) {
        this.machine = machine;
        this.blocks = blocks;
        this.board = board;
        this.srat = srat;
        build();
    }

    List<GuestRange> ranges() {
        return map.ascending();
    }

    List<String> evidence() {
        return evidence;
    }

    @Nullable String problem() {
        return problem;
    }

    /** Whether the host bridge switches between ROM and RAM below 1 MiB. */
    private boolean bridged() {
        return !machine.equals("microvm") && !machine.equals("isapc");
    }

    /** Whether what the guest has from 0xc0000 to 0xfffff is not known. */
    boolean shadowUnknown() {
        return bridged() && !board.knowsShadow();
    }

    private void build() {
        long cmos = board.below4G() < 0 ? -1 : board.below4G() + board.above4G();
        MemoryBackends backends = new MemoryBackends(blocks, cmos, srat, evidence);
        List<RamBlock> main = backends.main();
        if (main.isEmpty()) {
            problem =
                    "guest memory consists of several blocks ("
                            + backends.names()
                            + "), and the stream does not tell their order";
            return;
        }
        long total = MemoryBackends.total(main);
        if (!split(total) || beyondHole(total)) {
            return;
        }
        mainMemory(main);
        low();
        firmware();
        devices(backends, Math.max(0, total - below));
        frameBuffers();
        unplaced();
    }

    private boolean split(long total) {
        long low = board.below4G();
        long high = board.above4G();
        String sizes;
        if (low > 0 && low + high == total) {
            below = low;
            sizes = "RTC CMOS bytes 0x34, 0x35 and 0x5b to 0x5d, equal to the length of the blocks";
        } else if (srat != null && srat.total() == total) {
            below = srat.lowEnd();
            sizes = "ACPI SRAT, equal to the length of the blocks";
        } else {
            below = rule(total);
            sizes = "rule of the machine type " + machine;
            if (below < 0) {
                problem =
                        "how machine '"
                                + machine
                                + "' splits memory at 4 GiB is not known, and CMOS does not tell";
                return false;
            }
        }
        if (srat != null && srat.total() == total && srat.highBase() >= 0) {
            highBase = srat.highBase();
        }
        evidence.add(
                "RAM below 4 GiB: "
                        + hex(Math.min(total, below))
                        + " bytes, above: "
                        + hex(Math.max(0, total - below))
                        + " ("
                        + sizes
                        + ")");
        return true;
    }

    private long rule(long total) {
        if (machine.equals("microvm")) {
            return Math.min(total, 3 * GIB);
        }
        if (machine.startsWith("pc-q35")) {
            return total < 0xb000_0000L ? total : 0x8000_0000L;
        }
        if (machine.startsWith("pc-i440fx")
                || machine.startsWith("pc-0")
                || machine.startsWith("pc-1")) {
            return total < 0xe000_0000L ? total : 0xc000_0000L;
        }
        // Every board has this much in one piece.
        return total <= 0x8000_0000L ? total : -1;
    }

    private boolean beyondHole(long total) {
        if (total > below && highBase == FOUR_GIB && FOUR_GIB + (total - below) > AMD_HOLE) {
            problem =
                    "memory reaches beyond 0xfd00000000, where its place depends on the CPU model,"
                            + " which the stream does not tell";
            return true;
        }
        return false;
    }

    /** Places the blocks one behind the other, split where the PCI hole begins. */
    private void mainMemory(List<RamBlock> main) {
        long at = 0;
        for (RamBlock block : main) {
            long length = block.usedLength();
            long low = Math.max(0, Math.min(length, below - at));
            map.put(ram(at, low, block, 0));
            map.put(ram(highBase + Math.max(0, at - below), length - low, block, low));
            at += length;
        }
    }

    private static GuestRange ram(long start, long length, RamBlock block, long offset) {
        return new GuestRange(start, length, block, offset, GuestRange.Kind.RAM);
    }

    private static GuestRange rom(long start, long length, RamBlock block, long offset) {
        return new GuestRange(start, length, block, offset, GuestRange.Kind.ROM);
    }

    /** What hides RAM: display adapters, and memory of system management mode. */
    private void low() {
        if (board.vga()) {
            map.clear(0xa0000, 0xc0000);
        }
        if (shadowUnknown()) {
            map.clear(0xc0000, MIB);
            evidence.add(
                    "0xc0000 to 0xfffff are left out: whether the guest has RAM or ROM there, the"
                            + " stream does not tell");
        }
        long tseg = board.tseg();
        if (tseg > 0 && tseg < below) {
            map.clear(below - tseg, below);
            evidence.add(
                    hex(below - tseg)
                            + " to "
                            + hex(below - 1)
                            + " are left out: memory of system management mode (TSEG)");
        }
    }

    private void firmware() {
        RamBlock bios = find("pc.bios");
        if (bios != null && bios.usedLength() <= GIB) {
            long size = bios.usedLength();
            long low = Math.min(size, 128 << 10);
            map.put(rom(FOUR_GIB - size, size, bios, 0));
            shadowed(MIB - low, low, bios, size - low);
        }
        RamBlock isaBios = find("isa-bios");
        if (isaBios != null && isaBios.usedLength() <= 128 << 10) {
            long size = isaBios.usedLength();
            shadowed(MIB - size, size, isaBios, 0);
        }
        RamBlock flash = find("system.flash0");
        if (flash != null && isaBios == null) {
            // The firmware's flash shows there, which a dump does not have: it is no RAM.
            long low = Math.min(flash.usedLength(), 128 << 10);
            for (long at = MIB - low; at < MIB; at += SHADOW) {
                if (!board.readsRam(at)) {
                    map.clear(at, at + SHADOW);
                }
            }
        }
        RamBlock rom = find("pc.rom");
        if (rom != null) {
            shadowed(0xc0000, Math.min(rom.usedLength(), 0x20000), rom, 0);
        }
        if (bridged() && board.knowsShadow()) {
            evidence.add("RAM or ROM from 0xc0000 to 0xfffff: PAM registers of the host bridge");
        }
    }

    /** Puts ROM below 1 MiB where the host bridge does not show RAM. */
    private void shadowed(long start, long length, RamBlock rom, long offset) {
        if (shadowUnknown()) {
            return;
        }
        for (long at = start; at < start + length; at += SHADOW) {
            if (!bridged() || !board.readsRam(at)) {
                map.put(rom(at, Math.min(SHADOW, start + length - at), rom, offset + at - start));
            }
        }
    }

    /** Memory devices go into an area behind main memory, the next one behind the one before. */
    private void devices(MemoryBackends backends, long high) {
        List<RamBlock> others = backends.others();
        if (others.isEmpty()) {
            return;
        }
        if (board.memoryDevices() != others.size()) {
            evidence.add(
                    "left out, since the stream does not tell whether and where the guest has them:"
                            + " "
                            + MemoryBackends.names(others));
            return;
        }
        long base = (highBase + high + GIB - 1) & -GIB;
        String how = "1 GiB boundary behind main memory";
        if (srat != null && srat.hotplugBase() >= 0) {
            base = srat.hotplugBase();
            how = "ACPI SRAT";
        }
        List<RamBlock> ordered =
                backends.ordered(others, "memory devices from " + hex(base) + " on (" + how + ")");
        boolean known = MemoryBackends.known(others);
        long next = base;
        for (RamBlock block : ordered) {
            next = (next + DEVICE_ALIGNMENT - 1) & -DEVICE_ALIGNMENT;
            long at = known ? base + block.guestAddress().orElse(0) : next;
            if (at < base || at + block.usedLength() < at) {
                problem = block + ": address " + hex(at) + " is impossible";
                return;
            }
            map.put(ram(at, block.usedLength(), block, 0));
            next = at + block.usedLength();
        }
    }

    private void frameBuffers() {
        for (Map.Entry<String, Long> buffer : board.frameBuffers().entrySet()) {
            RamBlock block = find(buffer.getKey() + "vga.vram");
            if (block != null) {
                map.put(
                        new GuestRange(
                                buffer.getValue(),
                                block.usedLength(),
                                block,
                                0,
                                GuestRange.Kind.DEVICE));
                evidence.add(
                        block + " at " + hex(buffer.getValue()) + ": the adapter's base address 0");
            }
        }
    }

    /** Tells about memory of devices whose place is not known. */
    private void unplaced() {
        List<RamBlock> left = new ArrayList<>();
        for (RamBlock block : blocks) {
            boolean ofDevice = block.id().indexOf('/') > 0 || block.id().equals("vga.vram");
            if (ofDevice && map.ascending().stream().noneMatch(r -> r.block().equals(block))) {
                left.add(block);
            }
        }
        if (!left.isEmpty()) {
            evidence.add(
                    "left out, as memory of devices that the guest has not mapped or whose place is"
                            + " not known: "
                            + MemoryBackends.names(left));
        }
    }

    private @Nullable RamBlock find(String id) {
        for (RamBlock block : blocks) {
            if (block.id().equals(id)) {
                return block;
            }
        }
        return null;
    }

    private static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }
}
