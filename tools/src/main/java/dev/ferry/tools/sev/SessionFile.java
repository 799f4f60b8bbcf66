package dev.ferry.tools.sev;

import dev.ferry.sev.SevException;
import dev.ferry.sev.session.SessionBlob;
import dev.ferry.tools.cli.Console;
import java.io.IOException;

/** A file with a session blob. */
final class SessionFile {

    private SessionFile() {}

    static SessionBlob read(String name, Console console) throws IOException {
        byte[] bytes = SevFile.read(name, console);
        try {
            return SessionBlob.parse(bytes);
        } catch (SevException e) {
            throw SevFile.malformed(name, 0, String.valueOf(e.getMessage()));
        }
    }
}
