package dev.ferry.sev.firmware;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import java.io.IOException;
import java.nio.file.Path;

/** Keeps a platform's keys in its file. */
record FileStore(Path file) implements PlatformStore {

    @Override
    public void save(Command command, PlatformIdentity identity) throws SevException {
        try {
            new PlatformFile(identity).write(file);
        } catch (IOException e) {
            throw new SevException(
                    FirmwareStatus.HWERROR_PLATFORM,
                    command + ": platform file " + file + " was not written",
                    e);
        }
    }
}
