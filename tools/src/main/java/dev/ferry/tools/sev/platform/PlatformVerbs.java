package dev.ferry.tools.sev.platform;

import dev.ferry.tools.cli.Command;
import dev.ferry.tools.cli.Spec;
import dev.ferry.tools.cli.VerbGroup;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** {@code ferry sev platform}. */
public final class PlatformVerbs implements VerbGroup {

    private static final List<String> NAMES = List.of("create", "show", "export");

    public PlatformVerbs() {}

    @Override
    public CommandSpec spec() {
        return Spec.group("platform", "Software platforms: SEV hosts without AMD's hardware.")
                .examples(
                        "ferry sev platform create host-a.json",
                        "ferry sev platform create host-b.json --root host-a.json",
                        "ferry sev platform export host-b.json --pdh pdh --chain chain --amd amd")
                .build();
    }

    @Override
    public List<String> names() {
        return NAMES;
    }

    @Override
    public @Nullable Command named(String name) {
        return switch (name) {
            case "create" -> new PlatformCreateVerb();
            case "show" -> new PlatformShowVerb();
            case "export" -> new PlatformExportVerb();
            default -> null;
        };
    }
}
