package dev.ferry.stream.vmstate;

import dev.ferry.stream.Limits;
import dev.ferry.stream.StreamException;
import dev.ferry.stream.io.WireInput;
import java.io.IOException;
import java.util.List;

/**
 * Reads sections of a stream that does not describe itself, by the layouts of a catalogue. A layout
 * is right when reading by it ends where the section does: at its footer (or, in streams without,
 * right away) with another item of the stream behind it.
 *
 * <p>One decoder serves one stream and is handed its device sections in stream order. The input
 * must be able to seek back to a section's body.
 */
public final class CatalogueDecoder {

    /** Ways tried through one section at most; all but a few sections need one. */
    private static final int MAX_TRIES = 512;

    private final LayoutCatalogue catalogue;
    private final StreamClues clues;
    private final Limits limits;

    /** Ids below the RAM section's that were no section so far. */
    private int silent;

    public CatalogueDecoder(LayoutCatalogue catalogue, StreamClues clues, Limits limits) {
        this.catalogue = catalogue;
        this.clues = clues;
        this.limits = limits;
        this.silent = clues.ramSectionId();
    }

    /**
     * Reads the body of a section.
     *
     * @param in at the body's first byte
     * @param id the section's id, which its footer repeats
     * @param name the section's name with its bus path
     * @param footers whether the stream has footers
     * @throws IOException if the input cannot be read; a body that fits no layout is a result
     */
    public CatalogueResult decode(
            WireInput in, long id, String name, long instance, long version, Footers footers)
            throws IOException {
        if (id < clues.ramSectionId()) {
            silent--;
        }
        SectionBoundary boundary = new SectionBoundary(in, id, footers);
        long start = in.offset();
        int depth = in.depth();
        List<LayoutTemplate> candidates =
                catalogue.candidates(clues.machine(), silent, name, instance, version);
        int tries = 0;
        String problem = "";
        long furthest = -1;
        for (LayoutTemplate candidate : candidates) {
            Choices choices = new Choices();
            do {
                in.seek(start);
                TemplateReader reader =
                        new TemplateReader(in, limits, catalogue, choices, boundary);
                in.enter(new VmStateDecoder.DeviceCrumb(name, instance));
                in.enter(reader.path);
                try {
                    TemplateReader.Read read = reader.body(candidate, version);
                    if (boundary.here()) {
                        return new CatalogueResult.Decoded(
                                new DeviceState(name, instance, version, read.value()),
                                read.layout());
                    }
                    if (in.offset() > furthest) {
                        furthest = in.offset();
                        problem =
                                "the layout ends at 0x"
                                        + Long.toHexString(furthest)
                                        + ", the section does not";
                    }
                } catch (StreamException e) {
                    if (e.at().offset() > furthest) {
                        furthest = e.at().offset();
                        problem = e.getMessage();
                    }
                } finally {
                    in.leaveTo(depth);
                }
            } while (++tries < MAX_TRIES && choices.next());
        }
        in.seek(start);
        long end = boundary.find(limits.deviceBytes());
        String reason =
                candidates.isEmpty()
                        ? "no layout is known for section '" + name + "' version " + version
                        : "no known layout of section '"
                                + name
                                + "' version "
                                + version
                                + " fits; the best: "
                                + problem;
        return new CatalogueResult.Unknown(
                reason, end < 0 ? CatalogueResult.Unknown.UNKNOWN_LENGTH : end - start);
    }
}
