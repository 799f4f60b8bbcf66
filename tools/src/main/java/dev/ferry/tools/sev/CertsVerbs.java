package dev.ferry.tools.sev;

import dev.ferry.tools.cli.Command;
import dev.ferry.tools.cli.Spec;
import dev.ferry.tools.cli.VerbGroup;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** {@code ferry sev certs}. */
final class CertsVerbs implements VerbGroup {

    private static final List<String> NAMES = List.of("show", "verify");

    @Override
    public CommandSpec spec() {
        return Spec.group("certs", "Certificates of SEV platforms, and AMD's.")
                .examples(
                        "ferry sev certs show ask_ark_milan.cert",
                        "ferry sev certs verify pdh.cert pek.cert oca.cert cek.cert ask_ark.cert")
                .build();
    }

    @Override
    public List<String> names() {
        return NAMES;
    }

    @Override
    public @Nullable Command named(String name) {
        return switch (name) {
            case "show" -> new CertsShowVerb();
            case "verify" -> new CertsVerifyVerb();
            default -> null;
        };
    }
}
