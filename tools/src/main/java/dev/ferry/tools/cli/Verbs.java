package dev.ferry.tools.cli;

import dev.ferry.tools.convert.ConvertVerb;
import dev.ferry.tools.diff.DiffVerb;
import dev.ferry.tools.edit.EditVerb;
import dev.ferry.tools.extract.ExtractVerb;
import dev.ferry.tools.inspect.InspectVerb;
import dev.ferry.tools.verify.VerifyVerb;
import org.jspecify.annotations.Nullable;

/** All verbs. A name loads no other verb's classes. */
final class Verbs {

    /** In the order of the help. */
    static final String[] NAMES = {
        "inspect", "verify", "extract", "convert", "diff", "edit", "completion"
    };

    private Verbs() {}

    static @Nullable Verb named(String name) {
        return switch (name) {
            case "inspect" -> new InspectVerb();
            case "verify" -> new VerifyVerb();
            case "extract" -> new ExtractVerb();
            case "convert" -> new ConvertVerb();
            case "diff" -> new DiffVerb();
            case "edit" -> new EditVerb();
            case "completion" -> new CompletionVerb();
            default -> null;
        };
    }
}
