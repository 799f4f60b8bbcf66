package dev.ferry.stream.dump;

import dev.ferry.stream.Place;
import dev.ferry.stream.UnsupportedStreamException;
import dev.ferry.stream.ram.PageSource;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * A guest at one moment: what every dump format is written from.
 *
 * @param machine machine type, or empty
 * @param pages memory by block
 * @param layout where the blocks are
 * @param cpus registers of all vCPUs, by index
 * @param note the guest's VMCOREINFO note
 */
public record GuestDump(
        String machine,
        PageSource pages,
        GuestLayout layout,
        List<CpuRegisters> cpus,
        Optional<GuestNote> note) {

    public GuestDump {
        cpus = List.copyOf(cpus);
    }

    /**
     * Puts together what is known about a guest.
     *
     * @param evidence which has taken the stream's items. If it has taken no pages, all of {@code
     *     pages} are read here once more.
     * @throws UnsupportedStreamException if the stream does not tell where memory is, or does not
     *     have all of it: it was left in shared memory, or is encrypted
     */
    public static GuestDump of(
            String machine, PageSource pages, GuestEvidence evidence, Place place)
            throws IOException {
        if (!evidence.sawPages()) {
            pages.transfer(evidence.pages());
        }
        GuestLayout layout = GuestLayout.of(machine, pages.blocks(), evidence, place);
        for (GuestRange range : layout.ranges()) {
            if (evidence.absent(range.block())) {
                throw new UnsupportedStreamException(
                        range.block()
                                + ": content was left in shared memory (x-ignore-shared), it is not"
                                + " in the stream",
                        place);
            }
        }
        if (evidence.encrypted()) {
            throw new UnsupportedStreamException(
                    "guest memory is encrypted: it can be written only with the guest's key",
                    place);
        }
        return new GuestDump(
                machine, pages, layout, evidence.cpus(), GuestNote.find(evidence, layout, pages));
    }

    /** The first vCPU, which decides about the form of a dump. */
    CpuRegisters firstCpu(String format) throws UnsupportedStreamException {
        if (cpus.isEmpty()) {
            throw new UnsupportedStreamException(
                    format + ": there is no state of an x86 CPU in the stream", layout.place());
        }
        return cpus.getFirst();
    }
}
