package dev.ferry.stream;

import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.item.SectionBody;
import dev.ferry.stream.vmstate.CatalogueDecoder;
import dev.ferry.stream.vmstate.CatalogueResult;
import dev.ferry.stream.vmstate.DescriptionIndex;
import dev.ferry.stream.vmstate.DeviceDescription;
import dev.ferry.stream.vmstate.DeviceState;
import dev.ferry.stream.vmstate.Footers;
import dev.ferry.stream.vmstate.LayoutCatalogue;
import dev.ferry.stream.vmstate.LayoutSource;
import dev.ferry.stream.vmstate.StreamClues;
import dev.ferry.stream.vmstate.VmStateDecoder;
import java.io.IOException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the bodies of device sections: by the stream's own description where it has one, else by
 * layouts known from elsewhere.
 */
final class DeviceSections {

    private final Limits limits;
    private final @Nullable LayoutSource layouts;
    private final Findings findings;
    private final Set<DescriptionIndex.Entry> seen =
            Collections.newSetFromMap(new IdentityHashMap<>());
    private DescriptionFinder.@Nullable Found found;
    private boolean searched;
    private @Nullable CatalogueDecoder catalogue;

    DeviceSections(ReaderOptions options, Findings findings) {
        this.limits = options.limits();
        this.layouts = options.layouts();
        this.findings = findings;
    }

    /** The description that was found ahead, if the stream has one. */
    DescriptionFinder.@Nullable Found found() {
        return found;
    }

    /** Looks for the description once, when the first device section comes. */
    void locate(WireInput in) throws IOException {
        if (!searched) {
            searched = true;
            in.ensureSeekable(limits);
            found = DescriptionFinder.find(in, limits);
        }
    }

    /**
     * What became of a section.
     *
     * @param device its state; null if no layout is known, and the input is then where it was
     * @param reason why there is none
     * @param length bytes of the body where its end can be recognised without a layout, else -1
     */
    record Passed(SectionBody.@Nullable Device device, String reason, long length) {}

    /** Passes over one body. */
    Passed read(WireInput in, SectionBinding section, StreamClues clues, Footers footers)
            throws IOException {
        if (found != null) {
            DescriptionIndex.Entry entry = found.index().entry(section.name(), section.instance());
            if (entry != null) {
                // Only what is described, so that the stream cannot make this grow without end.
                seen.add(entry);
                return new Passed(described(in, found.index(), entry, section.version()), "", -1);
            }
            findings.warning(in.here(), "the stream's description does not list this section");
        }
        if (catalogue == null) {
            LayoutCatalogue known = LayoutCatalogue.builtIn();
            catalogue =
                    new CatalogueDecoder(
                            layouts == null ? known : layouts.with(known), clues, limits);
        }
        CatalogueResult result =
                catalogue.decode(
                        in,
                        section.id(),
                        section.name(),
                        section.instance(),
                        section.version(),
                        footers);
        return switch (result) {
            case CatalogueResult.Decoded decoded ->
                    new Passed(
                            SectionBody.Device.of(decoded.state(), decoded.description()), "", -1);
            case CatalogueResult.Unknown unknown ->
                    new Passed(null, unknown.reason(), unknown.length());
        };
    }

    private SectionBody.Device described(
            WireInput in, DescriptionIndex index, DescriptionIndex.Entry entry, long version)
            throws IOException {
        long offset = in.offset();
        if (entry.stateBytes() > limits.deviceBytes()) {
            throw in.exceeds(
                    offset,
                    "described length of the state",
                    entry.stateBytes(),
                    limits.deviceBytes());
        }
        if (!in.source().seekable()) {
            // A channel that continues another one: there is no coming back to it.
            DeviceDescription device = index.parse(entry);
            return SectionBody.Device.of(
                    VmStateDecoder.decode(
                            in, device.layout(), device.name(), device.instance(), version, limits),
                    device);
        }
        in.skip(entry.stateBytes(), "device state");
        return new SectionBody.Device(
                offset,
                entry.stateBytes(),
                () -> decode(in, offset, index, entry, version),
                () -> index.parse(entry));
    }

    /** Goes back to decode what was passed over; the input then stands where it stood. */
    private DeviceState decode(
            WireInput in,
            long offset,
            DescriptionIndex index,
            DescriptionIndex.Entry entry,
            long version)
            throws IOException {
        DeviceDescription device = index.parse(entry);
        long here = in.offset();
        in.seek(offset);
        try {
            return VmStateDecoder.decode(
                    in, device.layout(), device.name(), device.instance(), version, limits);
        } finally {
            in.seek(here);
        }
    }

    /** Reports what the description tells of and the stream did not have. */
    void reportMissing(Place at) {
        if (found == null) {
            return;
        }
        for (DescriptionIndex.Entry entry : found.index().entries()) {
            // Of several for one section the last one counts; isapc's two IDE ports are such.
            if (!seen.contains(found.index().entry(entry.name(), entry.instance()))) {
                findings.warning(
                        at,
                        "the description lists section '"
                                + entry.name()
                                + "' instance "
                                + entry.instance()
                                + ", which the stream does not have");
            }
        }
    }
}
