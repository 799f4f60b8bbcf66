package dev.ferry.tools.sev;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ferry.sev.SevException;
import dev.ferry.sev.cert.P384PrivateKey;
import dev.ferry.testdata.SevFixtures;
import dev.ferry.testdata.SevPlatformTruth;
import dev.ferry.tools.Ferry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files as a user has them. */
final class SevFiles {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private SevFiles() {}

    static String real(Path directory, String generation, String name) throws IOException {
        return write(
                directory,
                generation + "-" + name + ".cert",
                SevFixtures.certificate(generation, name + ".cert"));
    }

    static String key(Path directory, SevPlatformTruth platform) throws IOException {
        try (P384PrivateKey key = P384PrivateKey.of(platform.pdhPrivateKey())) {
            return write(directory, "key.pem", key.pkcs8Pem());
        } catch (SevException e) {
            throw new IllegalStateException(e);
        }
    }

    static String write(Path directory, String name, byte[] bytes) throws IOException {
        return Files.write(directory.resolve(name), bytes).toString();
    }

    static JsonNode json(Ferry.Result result) throws IOException {
        return MAPPER.readTree(result.bytes());
    }
}
