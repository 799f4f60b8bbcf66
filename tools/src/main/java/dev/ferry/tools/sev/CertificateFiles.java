package dev.ferry.tools.sev;

import dev.ferry.sev.cert.Certificate;
import dev.ferry.sev.cert.CertificateReader;
import dev.ferry.tools.cli.Console;
import dev.ferry.tools.cli.UsageException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Files of certificates that the user named. */
final class CertificateFiles {

    /**
     * A certificate and where it was found.
     *
     * @param file as the user named it
     * @param offset in the file's bytes, decoded
     */
    record Named(String file, int offset, Certificate certificate) {}

    private CertificateFiles() {}

    static List<Named> read(List<String> files, Console console) throws IOException {
        if (files.isEmpty()) {
            throw new UsageException("no file is named");
        }
        List<Named> all = new ArrayList<>();
        for (String file : files) {
            byte[] bytes = SevFile.read(file, console);
            try {
                for (CertificateReader.Found found : CertificateReader.read(bytes)) {
                    all.add(new Named(file, found.offset(), found.certificate()));
                }
            } catch (CertificateReader.UnreadableException e) {
                throw SevFile.malformed(file, e.offset(), e.problem());
            }
        }
        return all;
    }
}
