package dev.ferry.testdata.qemu;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ferry.testdata.Fixture;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Migration capabilities that are on, and parameters.
 *
 * @param capabilities names, such as {@code multifd}; {@code events} goes without saying
 * @param parameters values by name, such as {@code multifd-channels}
 */
public record MigrationSettings(List<String> capabilities, Map<String, Object> parameters) {
    /** Plain precopy. */
    public static final MigrationSettings PLAIN = new MigrationSettings(List.of(), Map.of());

    /** What only a source has an opinion about, or a destination may not have on. */
    private static final List<String> OF_THE_SOURCE =
            List.of("background-snapshot", "block", "release-ram");

    public MigrationSettings {
        capabilities = List.copyOf(capabilities);
        parameters = Map.copyOf(parameters);
    }

    /** What a destination needs to load a capture as it was recorded. */
    public static MigrationSettings toLoad(Fixture fixture) {
        Map<String, Object> parameters = new LinkedHashMap<>();
        fixture.metadata()
                .path("parameters")
                .properties()
                .forEach(entry -> {
                    JsonNode value = entry.getValue();
                    parameters.put(
                            entry.getKey(),
                            value.isNumber() ? value.numberValue() : value.asText());
                });
        return new MigrationSettings(
                fixture.capabilities().stream()
                        .filter(capability -> !OF_THE_SOURCE.contains(capability))
                        .toList(),
                parameters);
    }

    /** mapped-ram; the file is to be written or read with {@code file:}. */
    public static MigrationSettings mappedRam() {
        return PLAIN.with("mapped-ram");
    }

    /**
     * multifd.
     *
     * @param compression {@code none}, {@code zlib} or {@code zstd}
     */
    public static MigrationSettings multifd(int channels, String compression) {
        return PLAIN.with("multifd")
                .with("multifd-channels", channels)
                .with("multifd-compression", compression);
    }

    /** These and one more capability. */
    public MigrationSettings with(String capability) {
        List<String> more = new ArrayList<>(capabilities);
        more.add(capability);
        return new MigrationSettings(more, parameters);
    }

    /** These and one more parameter, or another value for it. */
    public MigrationSettings with(String parameter, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(parameters);
        more.put(parameter, value);
        return new MigrationSettings(capabilities, more);
    }

    /** Switches them on in a QEMU, together with the events that tell of a migration's progress. */
    void apply(QmpClient qmp) throws IOException {
        List<Map<String, Object>> states = new ArrayList<>();
        for (String capability : with("events").capabilities) {
            states.add(Map.of("capability", capability, "state", true));
        }
        qmp.execute("migrate-set-capabilities", Map.of("capabilities", states));
        if (!parameters.isEmpty()) {
            qmp.execute("migrate-set-parameters", parameters);
        }
    }
}
