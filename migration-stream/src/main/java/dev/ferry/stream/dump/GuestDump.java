package dev.ferry.stream.dump;

import dev.ferry.stream.Place;
import dev.ferry.stream.UnsupportedStreamException;
import dev.ferry.stream.ram.PageSource;
import dev.ferry.stream.ram.RamBlock;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * A guest at one moment: what every dump format is written from.
 *
 * @param machine machine type, or empty
 * @param pages memory by block
 * @param layout where the blocks are
 * @param cpus registers of all vCPUs, by index
 * @param noteAddress where the guest told that its VMCOREINFO note is
 */
public record GuestDump(
        String machine,
        PageSource pages,
        GuestLayout layout,
        List<CpuRegisters> cpus,
        Optional<GuestNote.Address> noteAddress) {

    public GuestDump {
        cpus = List.copyOf(cpus);
    }

    /**
     * Puts together what is known about a guest.
     *
     * @param evidence which has taken the stream's devices. If memory consists of several blocks
     *     and it has not taken their pages, {@code pages} are read here once.
     * @param absent blocks whose content is not in the stream (x-ignore-shared)
     * @param place for messages
     * @throws UnsupportedStreamException if the stream does not tell where memory is, or if a block
     *     that the guest has as memory is absent
     */
    public static GuestDump of(
            String machine,
            PageSource pages,
            GuestEvidence evidence,
            Collection<RamBlock> absent,
            Place place)
            throws IOException {
        List<RamBlock> blocks = pages.blocks();
        if (!evidence.complete(blocks)) {
            pages.transfer(evidence.tables());
        }
        GuestLayout layout = GuestLayout.of(machine, blocks, evidence, place);
        for (GuestRange range : layout.ranges()) {
            for (RamBlock block : absent) {
                if (block.index() == range.block().index()) {
                    throw new UnsupportedStreamException(
                            block
                                    + ": its content was left in shared memory (x-ignore-shared)"
                                    + " and is not in the stream",
                            place);
                }
            }
        }
        return new GuestDump(machine, pages, layout, evidence.cpus(), evidence.noteAddress());
    }

    /** The first vCPU, which decides about the form of a dump. */
    CpuRegisters firstCpu(String format) throws UnsupportedStreamException {
        if (cpus.isEmpty()) {
            throw new UnsupportedStreamException(
                    format + ": there is no state of an x86 CPU in the stream", layout.place());
        }
        return cpus.getFirst();
    }

    /** Whether a dump takes the form for 64-bit systems; QEMU target/i386/arch_dump.c. */
    boolean wide() {
        List<GuestRange> ranges = layout.ranges();
        return (!cpus.isEmpty() && cpus.getFirst().longMode())
                || (!ranges.isEmpty() && ranges.getLast().end() > 0xffff_ffffL);
    }
}
