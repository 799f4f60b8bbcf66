package dev.ferry.tools.sev;

import dev.ferry.sev.SevException;
import dev.ferry.sev.cert.P384PrivateKey;
import dev.ferry.testdata.SevFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A capture of an SEV guest and the key that opens it, as files. */
record SevGuestFiles(SevFixture fixture, String stream, String key) {

    static SevGuestFiles of(SevFixture fixture, Path directory) throws IOException {
        Path stream = Files.write(directory.resolve("sev.mig"), fixture.readAllBytes());
        Path key = directory.resolve("pdh.pem");
        try (P384PrivateKey pdh = P384PrivateKey.of(fixture.destination().pdhPrivateKey())) {
            Files.write(key, pdh.pkcs8Pem());
        } catch (SevException e) {
            throw new IOException(e);
        }
        return new SevGuestFiles(fixture, stream.toString(), key.toString());
    }
}
