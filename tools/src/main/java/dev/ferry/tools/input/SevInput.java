package dev.ferry.tools.input;

import dev.ferry.sev.stream.SevOptions;
import dev.ferry.sev.stream.SevReading;
import java.io.IOException;

/** How the records of an SEV guest in an input are read. */
final class SevInput {

    private SevInput() {}

    /**
     * Reads with the key that was given, if one was.
     *
     * @param checkAll whether every packet is checked, and all that is wrong is told
     */
    static SevReading of(InputFiles files, boolean checkAll) throws IOException {
        SevOptions options = SevOptions.DEFAULT.withDialect(files.dialect()).withCheckAll(checkAll);
        String key = files.sevKey();
        return new SevReading(
                key == null ? options : options.withReceiver(SevKeyFile.receivers(key)));
    }
}
