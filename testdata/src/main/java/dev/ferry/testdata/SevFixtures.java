package dev.ferry.testdata;

import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The captures of SEV guests, and certificates that AMD signed. */
public final class SevFixtures {

    /** Generations whose ARK and ASK there are. */
    public static final List<String> GENERATIONS =
            List.of("naples", "rome", "milan", "genoa", "turin");

    /** Generations of which there is a platform's whole chain, PDH to ARK. */
    public static final List<String> WHOLE_CHAINS = List.of("naples", "rome");

    private SevFixtures() {}

    /** Every capture, in the order of the names. */
    public static List<SevFixture> all() {
        return List.copyOf(Index.BY_NAME.values());
    }

    /**
     * The capture of that name.
     *
     * @throws NoSuchElementException if there is none
     */
    public static SevFixture named(String name) {
        SevFixture fixture = Index.BY_NAME.get(name);
        if (fixture == null) {
            throw new NoSuchElementException("no SEV fixture is named '" + name + "'");
        }
        return fixture;
    }

    /**
     * A certificate that AMD or a real platform signed.
     *
     * @param generation one of {@link #GENERATIONS}
     * @param file such as {@code ark.cert}; {@code cek}, {@code oca}, {@code pek} and {@code pdh}
     *     for {@link #WHOLE_CHAINS}
     */
    public static byte[] certificate(String generation, String file) throws IOException {
        try (InputStream in = Corpus.openRaw(Corpus.SEV_CERTIFICATES + generation + "/" + file)) {
            return in.readAllBytes();
        }
    }

    private static final class Index {
        static final Map<String, SevFixture> BY_NAME =
                Corpus.index(Corpus.SEV).stream()
                        .filter(file -> file.endsWith(".json"))
                        .map(file -> file.substring(0, file.length() - ".json".length()))
                        .sorted()
                        .map(SevFixture::new)
                        .collect(
                                Collectors.toMap(
                                        SevFixture::name,
                                        Function.identity(),
                                        (a, b) -> a,
                                        LinkedHashMap::new));
    }
}
