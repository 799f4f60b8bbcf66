package dev.ferry.tools.sev;

import dev.ferry.tools.cli.Command;
import dev.ferry.tools.cli.Spec;
import dev.ferry.tools.cli.VerbGroup;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** {@code ferry sev session}. */
final class SessionVerbs implements VerbGroup {

    private static final List<String> NAMES = List.of("show", "open");

    @Override
    public CommandSpec spec() {
        return Spec.group("session", "Session blobs, by which transport keys travel.")
                .examples(
                        "ferry sev session show session.b64",
                        "ferry sev session open --sev-key pdh.pem --pdh peer.cert --policy 0x1"
                                + " session.bin")
                .build();
    }

    @Override
    public List<String> names() {
        return NAMES;
    }

    @Override
    public @Nullable Command named(String name) {
        return switch (name) {
            case "show" -> new SessionShowVerb();
            case "open" -> new SessionOpenVerb();
            default -> null;
        };
    }
}
