package dev.ferry.stream.convert;

import dev.ferry.stream.vmstate.FieldLayout;
import dev.ferry.stream.vmstate.FieldType;
import dev.ferry.stream.vmstate.Repeat;
import dev.ferry.stream.vmstate.VmDescription;
import dev.ferry.stream.vmstate.VmStateLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Keeps what a description says about the configuration section in step with it. */
final class ConfigurationDescription {

    private static final String CAPABILITIES = "configuration/capabilities";

    private ConfigurationDescription() {}

    /** The description of a stream whose configuration lists {@code capabilities}. */
    static VmDescription with(VmDescription description, List<String> capabilities) {
        Optional<VmStateLayout> before = description.configuration();
        if (before.isEmpty()) {
            // QEMU before 8.2 does not describe the configuration.
            return description;
        }
        List<VmStateLayout> subsections = new ArrayList<>();
        boolean listed = capabilities.isEmpty();
        for (VmStateLayout subsection : before.get().subsections()) {
            if (subsection.name().equals("configuration/uuid") && !listed) {
                subsections.add(capabilities(capabilities));
                listed = true;
            }
            if (!subsection.name().equals(CAPABILITIES)) {
                subsections.add(subsection);
            }
        }
        if (!listed) {
            subsections.add(capabilities(capabilities));
        }
        VmStateLayout configuration =
                new VmStateLayout(
                        before.get().name(),
                        before.get().version(),
                        before.get().fields(),
                        subsections);
        return new VmDescription(
                configuration, description.pageSize().orElse(0), description.devices());
    }

    private static VmStateLayout capabilities(List<String> capabilities) {
        List<FieldLayout> fields = new ArrayList<>();
        fields.add(FieldLayout.scalar("caps_count", FieldType.of("uint32"), 4));
        for (int i = 0; i < capabilities.size(); i++) {
            // One entry each: their lengths differ.
            fields.add(
                    new FieldLayout(
                            "capabilities",
                            capabilities.size() == 1 ? Repeat.ONCE : new Repeat.Element(i),
                            FieldType.of("capability"),
                            List.of(),
                            1L + capabilities.get(i).length()));
        }
        return new VmStateLayout(CAPABILITIES, 1, fields, List.of());
    }
}
