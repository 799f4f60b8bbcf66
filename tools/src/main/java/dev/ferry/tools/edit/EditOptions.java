package dev.ferry.tools.edit;

import dev.ferry.stream.edit.EditException;
import dev.ferry.stream.edit.StreamEdits;
import dev.ferry.tools.cli.SafeText;
import dev.ferry.tools.cli.UsageException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ParseResult;

/**
 * What the user wants changed.
 *
 * @param stream in the stream
 * @param xmlFile a file with another domain XML, or null
 */
record EditOptions(StreamEdits stream, @Nullable String xmlFile) {

    static EditOptions of(ParseResult options) {
        StreamEdits edits = new StreamEdits();
        try {
            String machine = options.matchedOptionValue("--machine", null);
            if (machine != null) {
                edits.machine(machine);
            }
            for (String section : values(options, "--drop")) {
                edits.drop(section);
            }
            for (String subsection : values(options, "--drop-subsection")) {
                edits.dropSubsection(subsection);
            }
            for (String names : values(options, "--rename-block")) {
                int equals = equals("--rename-block", "OLD=NEW", names);
                edits.renameBlock(names.substring(0, equals), names.substring(equals + 1));
            }
            for (String field : values(options, "--set")) {
                int equals = equals("--set", "DEVICE.FIELD=VALUE", field);
                edits.set(field.substring(0, equals), field.substring(equals + 1));
            }
        } catch (EditException e) {
            throw usage(e);
        }
        String xml = options.matchedOptionValue("--xml", null);
        if (edits.isEmpty() && xml == null) {
            throw new UsageException(
                    "nothing to change is named: --machine, --drop, --drop-subsection,"
                            + " --rename-block, --set or --xml");
        }
        return new EditOptions(edits, xml);
    }

    private static List<String> values(ParseResult options, String option) {
        return options.matchedOptionValue(option, List.of());
    }

    private static int equals(String option, String form, String text) {
        int equals = text.indexOf('=');
        if (equals < 0) {
            throw new UsageException(option + ": expected " + form + ", found '" + text + "'");
        }
        return equals;
    }

    /** What cannot be done to an input is a mistake of whoever asked for it. */
    static UsageException usage(EditException e) {
        return new UsageException(SafeText.of(String.valueOf(e.getMessage())));
    }
}
