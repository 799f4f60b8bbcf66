package dev.ferry.tools.cli;

import dev.ferry.tools.convert.ConvertVerb;
import dev.ferry.tools.diff.DiffVerb;
import dev.ferry.tools.edit.EditVerb;
import dev.ferry.tools.extract.ExtractVerb;
import dev.ferry.tools.inspect.InspectVerb;
import dev.ferry.tools.run.RunVerb;
import dev.ferry.tools.sev.SevVerbs;
import dev.ferry.tools.verify.VerifyVerb;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** All verbs: the command itself. */
final class Verbs implements VerbGroup {

    static final VerbGroup ALL = new Verbs();

    private static final List<String> NAMES =
            List.of(
                    "inspect",
                    "verify",
                    "extract",
                    "convert",
                    "diff",
                    "edit",
                    "run",
                    "sev",
                    "completion");

    private Verbs() {}

    @Override
    public CommandSpec spec() {
        return Spec.group(
                        "ferry", "Reads, checks and runs what QEMU migrations and snapshots hold.")
                .remark("'ferry VERB --help' tells more, with examples.")
                .build();
    }

    @Override
    public List<String> names() {
        return NAMES;
    }

    @Override
    public @Nullable Command named(String name) {
        return switch (name) {
            case "inspect" -> new InspectVerb();
            case "verify" -> new VerifyVerb();
            case "extract" -> new ExtractVerb();
            case "convert" -> new ConvertVerb();
            case "diff" -> new DiffVerb();
            case "edit" -> new EditVerb();
            case "run" -> new RunVerb();
            case "sev" -> new SevVerbs();
            case "completion" -> new CompletionVerb();
            default -> null;
        };
    }
}
