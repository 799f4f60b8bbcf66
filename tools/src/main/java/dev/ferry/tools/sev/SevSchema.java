package dev.ferry.tools.sev;

import dev.ferry.tools.ExitCode;
import dev.ferry.tools.cli.Console;
import java.io.IOException;
import java.io.InputStream;

/** What the JSON of these verbs looks like. */
final class SevSchema {

    private SevSchema() {}

    /**
     * Prints a JSON Schema.
     *
     * @param name the verb's words with hyphens between
     */
    static ExitCode print(String name, Console console) throws IOException {
        String resource = "/dev/ferry/tools/" + name + ".schema.json";
        try (InputStream schema = SevSchema.class.getResourceAsStream(resource)) {
            if (schema == null) {
                throw new IOException("the schema is missing from this installation");
            }
            schema.transferTo(console.out());
        }
        return ExitCode.OK;
    }
}
