package dev.ferry.stream.dump;

import dev.ferry.stream.Place;
import dev.ferry.stream.UnsupportedStreamException;
import dev.ferry.stream.ram.RamBlock;
import java.util.List;

/**
 * Where RAM blocks lie in guest-physical memory, as far as a stream lets it be known: streams carry
 * blocks, not addresses.
 */
public final class GuestLayout {

    private static final long GIB = 1L << 30;

    private final List<GuestRange> ranges;
    private final List<String> evidence;
    private final boolean shadowUnknown;
    private final Place place;

    private GuestLayout(
            List<GuestRange> ranges, List<String> evidence, boolean shadowUnknown, Place place) {
        this.ranges = List.copyOf(ranges);
        this.evidence = List.copyOf(evidence);
        this.shadowUnknown = shadowUnknown;
        this.place = place;
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

    /**
     * Finds out the layout.
     *
     * @param machine name in the configuration section, or empty
     * @param blocks the block list
     * @param evidence what the stream's sections and ACPI tables tell
     * @param place for messages
     * @throws UnsupportedStreamException if the stream does not tell enough
     */
    public static GuestLayout of(
            String machine, List<RamBlock> blocks, GuestEvidence evidence, Place place)
            throws UnsupportedStreamException {
        for (FixedBoard fixed : FixedBoard.values()) {
            for (RamBlock block : blocks) {
                if (block.id().equals(fixed.block)) {
                    return new GuestLayout(
                            List.of(
                                    new GuestRange(
                                            fixed.start,
                                            block.usedLength(),
                                            block,
                                            0,
                                            GuestRange.Kind.RAM)),
                            List.of(
                                    block
                                            + " at 0x"
                                            + Long.toHexString(fixed.start)
                                            + ": the board has its memory there"),
                            false,
                            place);
                }
            }
        }
        if (!isPc(machine, blocks)) {
            throw new UnsupportedStreamException(
                    "where the blocks of machine '"
                            + machine
                            + "' lie in guest-physical memory is not known",
                    place);
        }
        PcLayout pc = new PcLayout(machine, blocks, evidence.board(), evidence.srat().orElse(null));
        String problem = pc.problem();
        if (problem != null) {
            throw new UnsupportedStreamException(problem, place);
        }
        return new GuestLayout(pc.ranges(), pc.evidence(), pc.shadowUnknown(), place);
    }

    private static boolean isPc(String machine, List<RamBlock> blocks) {
        if (machine.startsWith("pc-") || machine.equals("microvm") || machine.equals("isapc")) {
            return true;
        }
        for (RamBlock block : blocks) {
            switch (block.id()) {
                case "pc.ram", "microvm.ram", "pc.bios" -> {
                    return true;
                }
                default -> {}
            }
        }
        return false;
    }

    /**
     * All memory that the guest has, by address; neighbours that are one in their block are one.
     */
    public List<GuestRange> ranges() {
        return ranges;
    }

    /** Sentences about how the layout was found out, for people. */
    public List<String> evidence() {
        return evidence;
    }

    /** Where this is about, for messages. */
    Place place() {
        return place;
    }

    /**
     * The range an address is in.
     *
     * @throws UnsupportedStreamException if the guest has no memory there, or it is not known
     */
    public GuestRange at(long address) throws UnsupportedStreamException {
        for (GuestRange range : ranges) {
            if (range.contains(address)) {
                return range;
            }
        }
        String hex = "0x" + Long.toHexString(address);
        String problem = "no RAM is known at guest-physical address " + hex;
        if (address >= 0xa0000 && address < 0xc0000) {
            problem = hex + " is in the VGA window, not in RAM";
        } else if (shadowUnknown && address >= 0xc0000 && address < 1 << 20) {
            problem = hex + ": whether the guest has RAM or ROM there, the stream does not tell";
        }
        throw new UnsupportedStreamException(problem, place);
    }
}
