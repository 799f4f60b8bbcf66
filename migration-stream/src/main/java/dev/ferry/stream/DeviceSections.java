package dev.ferry.stream;

import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.vmstate.DeviceDescription;
import dev.ferry.stream.vmstate.DeviceState;
import dev.ferry.stream.vmstate.VmDescription;
import dev.ferry.stream.vmstate.VmStateDecoder;
import java.io.IOException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the bodies of device sections: by the stream's own description where it has one, else by
 * layouts known from elsewhere.
 */
final class DeviceSections {

    private record Key(String name, long instance) {}

    private final Limits limits;
    private final Findings findings;
    private final Set<Key> seen = new HashSet<>();
    private DescriptionFinder.@Nullable Found found;
    private boolean searched;

    DeviceSections(Limits limits, Findings findings) {
        this.limits = limits;
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
     * Reads one body.
     *
     * @return null if no layout is known; the input is then where it was
     */
    @Nullable DeviceState read(WireInput in, long id, String name, long instance, long version)
            throws IOException {
        VmDescription description = found == null ? null : found.description();
        if (description != null) {
            Optional<DeviceDescription> device = description.device(name, instance);
            if (device.isPresent()) {
                // Only what is described, so that the stream cannot make this grow without end.
                seen.add(new Key(name, instance));
                return VmStateDecoder.decode(
                        in, device.get().layout(), name, instance, version, limits);
            }
            findings.warning(
                    in.here(),
                    "section '"
                            + name
                            + "' instance "
                            + instance
                            + ": not in the stream's description");
        }
        return null;
    }

    /** Reports what the description tells of and the stream did not have. */
    void reportMissing(Place at) {
        if (found == null) {
            return;
        }
        for (DeviceDescription device : found.description().devices()) {
            if (!seen.contains(new Key(device.name(), device.instance()))) {
                findings.warning(
                        at,
                        "the description lists section '"
                                + device.name()
                                + "' instance "
                                + device.instance()
                                + ", which the stream does not have");
            }
        }
    }
}
