package dev.ferry.testdata;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.tukaani.xz.XZInputStream;

/** The resources of this jar: the index, and the files it lists. */
final class Corpus {
    static final String QEMU = "fixtures/qemu/";
    static final String SEV = "fixtures/sev/";
    static final String SEV_CERTIFICATES = "fixtures/sev-certs/";

    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private Corpus() {}

    /** The name of every file; a committed list, because a jar has no directory to scan. */
    static List<String> index(String directory) {
        try (InputStream in = openRaw(directory + "index.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JsonNode json(String file) {
        try (InputStream in = file.endsWith(".xz") ? openXz(file) : openRaw(file)) {
            return JSON.readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(file, e);
        }
    }

    static InputStream openXz(String file) throws IOException {
        InputStream raw = openRaw(file);
        try {
            return new BufferedInputStream(new XZInputStream(raw), 1 << 16);
        } catch (IOException e) {
            raw.close();
            throw e;
        }
    }

    static InputStream openRaw(String file) throws IOException {
        InputStream in = Corpus.class.getResourceAsStream(file);
        if (in == null) {
            throw new FileNotFoundException("not in the corpus: " + file);
        }
        return in;
    }
}
