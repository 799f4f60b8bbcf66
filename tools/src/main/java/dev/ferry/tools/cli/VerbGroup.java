package dev.ferry.tools.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Verbs that share their first word, as {@code ferry sev certs} and {@code ferry sev measure} do. A
 * name loads no other verb's classes.
 */
public non-sealed interface VerbGroup extends Command {

    /** The second words, in the order of the help. */
    List<String> names();

    /** The command of that name, or null. */
    @Nullable Command named(String name);
}
