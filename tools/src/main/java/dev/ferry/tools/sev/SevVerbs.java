package dev.ferry.tools.sev;

import dev.ferry.tools.cli.Command;
import dev.ferry.tools.cli.Spec;
import dev.ferry.tools.cli.VerbGroup;
import dev.ferry.tools.sev.platform.PlatformVerbs;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** {@code ferry sev}. */
public final class SevVerbs implements VerbGroup {

    private static final List<String> NAMES =
            List.of("certs", "session", "decrypt", "measure", "platform");

    public SevVerbs() {}

    @Override
    public CommandSpec spec() {
        return Spec.group(
                        "sev",
                        "AMD SEV: certificates, sessions, encrypted guests, launch measurements,"
                                + " software platforms.")
                .examples(
                        "ferry sev certs verify pdh.cert chain.cert ask_ark.cert",
                        "ferry sev session show session.bin",
                        "ferry sev decrypt guest.mig --sev-key pdh.pem -o plain.mig",
                        "ferry sev measure --help",
                        "ferry sev platform create host-a.json")
                .build();
    }

    @Override
    public List<String> names() {
        return NAMES;
    }

    @Override
    public @Nullable Command named(String name) {
        return switch (name) {
            case "certs" -> new CertsVerbs();
            case "session" -> new SessionVerbs();
            case "decrypt" -> new DecryptVerb();
            case "measure" -> new MeasureVerb();
            case "platform" -> new PlatformVerbs();
            default -> null;
        };
    }
}
