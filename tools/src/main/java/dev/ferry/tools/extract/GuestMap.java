package dev.ferry.tools.extract;

import dev.ferry.stream.Place;
import dev.ferry.stream.UnsupportedStreamException;
import dev.ferry.stream.ram.RamBlock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where RAM blocks lie in guest-physical memory, as far as a stream lets it be known: streams carry
 * blocks, not addresses.
 *
 * <p>x86: main memory from 0, with what does not fit below the PCI hole going on at 4 GiB; the
 * firmware ends at 4 GiB, and its last 128 KiB show below 1 MiB unless the host bridge has RAM
 * there. QEMU hw/i386/pc_piix.c, pc_q35.c, microvm.c; hw/i386/x86-common.c, x86_bios_rom_init.
 */
final class GuestMap {

    private static final long MIB = 1L << 20;
    private static final long GIB = 1L << 30;
    private static final long FOUR_GIB = 4 * GIB;

    /** From here on AMD CPUs have no RAM below 1 TiB, where memory then goes on. */
    private static final long AMD_HOLE = 0xfd_0000_0000L;

    /** Part of a block at an address. */
    record Region(long start, long length, RamBlock block, long blockOffset) {
        boolean contains(long address) {
            return address >= start && address - start < length;
        }
    }

    private final List<Region> regions = new ArrayList<>();
    private final Place place;

    private GuestMap(Place place) {
        this.place = place;
    }

    /**
     * Builds the map.
     *
     * @param machine name in the configuration section, or empty
     * @throws UnsupportedStreamException if the stream does not tell enough
     */
    static GuestMap of(String machine, List<RamBlock> blocks, BoardEvidence board, Place place)
            throws UnsupportedStreamException {
        GuestMap map = new GuestMap(place);
        RamBlock single = only(blocks);
        for (FixedBoard fixed : FixedBoard.values()) {
            RamBlock ram = find(blocks, fixed.block);
            if (ram != null) {
                map.regions.add(new Region(fixed.start, ram.usedLength(), ram, 0));
                return map;
            }
        }
        RamBlock ram = find(blocks, "pc.ram");
        if (ram == null) {
            ram = find(blocks, "microvm.ram");
        }
        boolean x86 =
                ram != null
                        || find(blocks, "pc.bios") != null
                        || machine.startsWith("pc-")
                        || machine.equals("microvm");
        if (ram == null) {
            ram = single;
        }
        if (!x86 || ram == null) {
            throw map.unknown(
                    x86
                            ? "guest memory consists of several blocks ("
                                    + names(blocks)
                                    + "), and the stream does not tell their order; use --block"
                            : "where the blocks of machine '"
                                    + machine
                                    + "' lie in guest-physical memory is not known; use --block");
        }
        map.x86(machine, ram, blocks, board);
        return map;
    }

    /** Machines whose RAM is one piece at one address. */
    private enum FixedBoard {
        ARM_VIRT("mach-virt.ram", GIB),
        RISCV_VIRT("riscv_virt_board.ram", 2 * GIB),
        S390("s390.ram", 0),
        PSERIES("ppc_spapr.ram", 0);

        private final String block;
        private final long start;

        FixedBoard(String block, long start) {
            this.block = block;
            this.start = start;
        }
    }

    private static @Nullable RamBlock find(List<RamBlock> blocks, String id) {
        for (RamBlock block : blocks) {
            if (block.id().equals(id)) {
                return block;
            }
        }
        return null;
    }

    /** The one block that a user named (a memory backend), or null if there are none or several. */
    private static @Nullable RamBlock only(List<RamBlock> blocks) {
        RamBlock only = null;
        for (RamBlock block : blocks) {
            if (isBackend(block)) {
                if (only != null) {
                    return null;
                }
                only = block;
            }
        }
        return only;
    }

    /** Whether a block is a memory backend: boards' and devices' own have a dot or a path. */
    private static boolean isBackend(RamBlock block) {
        return block.id().indexOf('.') < 0 && block.id().indexOf('/') < 0;
    }

    private static String names(List<RamBlock> blocks) {
        StringBuilder names = new StringBuilder();
        for (RamBlock block : blocks) {
            if (isBackend(block)) {
                names.append(names.isEmpty() ? "" : ", ").append(block.id());
            }
        }
        return names.toString();
    }

    private void x86(String machine, RamBlock ram, List<RamBlock> blocks, BoardEvidence board)
            throws UnsupportedStreamException {
        long size = ram.usedLength();
        long below = below4G(machine, size, board);
        firmware(blocks, board);
        long top = Math.min(size, below);
        // The first match counts, so what hides RAM comes before it.
        regions.add(new Region(0, Math.min(top, 0xa0000), ram, 0));
        if (top > 0xc0000) {
            if (board.knowsShadow()) {
                for (long at = 0xc0000; at < Math.min(top, MIB); at += 0x4000) {
                    if (board.readsRam(at)) {
                        regions.add(new Region(at, Math.min(0x4000, top - at), ram, at));
                    }
                }
            }
            if (top > MIB) {
                regions.add(new Region(MIB, top - MIB, ram, MIB));
            }
        }
        if (size > below) {
            if (FOUR_GIB + (size - below) > AMD_HOLE) {
                throw unknown(
                        "memory reaches beyond 0xfd00000000, where its place depends on the CPU"
                                + " model, which the stream does not tell; use --block");
            }
            regions.add(new Region(FOUR_GIB, size - below, ram, below));
        }
    }

    private long below4G(String machine, long size, BoardEvidence board)
            throws UnsupportedStreamException {
        long below = board.below4G();
        long above = board.above4G();
        if (below > 0 && below + above == size) {
            return below;
        }
        if (machine.equals("microvm")) {
            return Math.min(size, 3 * GIB);
        }
        if (machine.startsWith("pc-q35")) {
            return size < 0xb000_0000L ? size : 0x8000_0000L;
        }
        if (machine.startsWith("pc-i440fx")
                || machine.startsWith("pc-0")
                || machine.startsWith("pc-1")) {
            return size < 0xe000_0000L ? size : 0xc000_0000L;
        }
        // Every board has this much in one piece.
        if (size <= 0x8000_0000L) {
            return size;
        }
        throw unknown(
                "how machine '"
                        + machine
                        + "' splits memory at 4 GiB is not known, and CMOS does not tell; use"
                        + " --block");
    }

    private void firmware(List<RamBlock> blocks, BoardEvidence board) {
        RamBlock bios = find(blocks, "pc.bios");
        if (bios != null) {
            long size = bios.usedLength();
            regions.add(new Region(FOUR_GIB - size, size, bios, 0));
            long low = Math.min(size, 128 << 10);
            shadowable(MIB - low, low, bios, size - low, board);
        }
        RamBlock rom = find(blocks, "pc.rom");
        if (rom != null) {
            shadowable(0xc0000, Math.min(rom.usedLength(), 0x20000), rom, 0, board);
        }
    }

    /** Adds ROM below 1 MiB where the host bridge does not show RAM. */
    private void shadowable(
            long start, long length, RamBlock rom, long offset, BoardEvidence board) {
        if (!board.knowsShadow()) {
            return;
        }
        for (long at = start; at < start + length; at += 0x4000) {
            if (!board.readsRam(at)) {
                regions.add(
                        new Region(
                                at,
                                Math.min(0x4000, start + length - at),
                                rom,
                                offset + at - start));
            }
        }
    }

    /** The region an address is in. */
    Region at(long address) throws UnsupportedStreamException {
        for (Region region : regions) {
            if (region.contains(address)) {
                return region;
            }
        }
        String hex = "0x" + Long.toHexString(address);
        if (address >= 0xa0000 && address < 0xc0000) {
            throw unknown(hex + " is in the VGA window, not in RAM");
        }
        if (address >= 0xc0000 && address < MIB) {
            throw unknown(
                    hex + ": whether the guest has RAM or ROM there, the stream does not tell");
        }
        throw unknown("no RAM is known at guest-physical address " + hex);
    }

    private UnsupportedStreamException unknown(String problem) {
        return new UnsupportedStreamException(problem, place);
    }
}
