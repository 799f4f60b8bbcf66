package dev.ferry.stream.vmstate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.Fixtures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every captured stream that ends in a description. */
class DescribedStreamsTest {

    /** QEMU sends none when it was told so, and none after a switch to postcopy. */
    private static final Set<String> NO_DESCRIPTION =
            Set.of(
                    "novmdesc-q10",
                    "postcopy-hugepage-q10",
                    "postcopy-preempt-q10",
                    "postcopy-preempt-q7",
                    "postcopy-q10",
                    "postcopy-q7",
                    "postcopy-recover-q10",
                    "postcopy-rp-q10",
                    "release-ram-q10");

    /** The stream is compressed as a whole, or cut into clusters. */
    private static final Set<String> IN_A_CONTAINER =
            Set.of(
                    "libvirt-bzip2-q7",
                    "libvirt-gzip-q7",
                    "libvirt-lzop-q7",
                    "libvirt-xz-q7",
                    "libvirt-zstd-q10",
                    "savevm-q10",
                    "savevm-q7");

    /** Shared: decoding all streams once takes seconds. */
    private static @Nullable List<DeviceSections> streams;

    static synchronized List<DeviceSections> described() throws IOException {
        List<DeviceSections> found = streams;
        if (found == null) {
            found = new ArrayList<>();
            for (Fixture fixture : Fixtures.all()) {
                if (!IN_A_CONTAINER.contains(fixture.name())) {
                    DeviceSections.find(fixture.name(), fixture.main().readAllBytes())
                            .ifPresent(found::add);
                }
            }
            streams = found;
        }
        return found;
    }

    /** Streams whose device state QEMU's analyzer could read; it stops at many RAM features. */
    static List<Arguments> analyzed() throws IOException {
        List<Arguments> analyzed = new ArrayList<>();
        for (DeviceSections stream : described()) {
            Fixtures.named(stream.name())
                    .analysis()
                    .state()
                    .ifPresent(state -> analyzed.add(Arguments.of(stream, state)));
        }
        return analyzed;
    }

    @Test
    void onlyTheKnownStreamsHaveNoDescription() throws IOException {
        Set<String> undescribed = new TreeSet<>();
        Fixtures.all().forEach(fixture -> undescribed.add(fixture.name()));
        described().forEach(stream -> undescribed.remove(stream.name()));
        Set<String> expected = new TreeSet<>(NO_DESCRIPTION);
        expected.addAll(IN_A_CONTAINER);
        assertEquals(expected, undescribed);
    }

    @ParameterizedTest
    @MethodSource("described")
    void everyDescribedSectionIsDecoded(DeviceSections stream) {
        assertEquals(
                stream.description().devices().stream()
                        .map(d -> d.name() + "#" + d.instance())
                        .toList(),
                stream.sections().stream()
                        .map(s -> s.state().name() + "#" + s.state().instance())
                        .toList());
    }

    @ParameterizedTest
    @MethodSource("described")
    void descriptionIsWrittenBackByteForByte(DeviceSections stream) {
        assertEquals(
                new String(stream.json(), StandardCharsets.ISO_8859_1),
                new String(stream.description().toJson(), StandardCharsets.ISO_8859_1));
    }

    @ParameterizedTest
    @MethodSource("described")
    void statesAreEncodedBackByteForByte(DeviceSections stream) {
        for (DeviceSections.Section section : stream.sections()) {
            assertArrayEquals(
                    stream.body(section),
                    VmStateEncoder.encode(section.state().root()),
                    section.state().name());
        }
    }

    @ParameterizedTest
    @MethodSource("analyzed")
    void valuesAreThoseOfQemusOwnAnalyzer(DeviceSections stream, JsonNode state) {
        for (DeviceSections.Section section : stream.sections()) {
            String key = section.state().name() + " (" + section.id() + ")";
            JsonNode expected = state.get(key);
            assertNotNull(expected, key);
            assertSame(key, expected, AnalyzerView.of(section.state().root()));
        }
    }

    private static void assertSame(String where, JsonNode expected, @Nullable Object actual) {
        if (expected.isObject() && actual instanceof Map<?, ?> map) {
            List<String> names = new ArrayList<>();
            for (Iterator<String> i = expected.fieldNames(); i.hasNext(); ) {
                names.add(i.next());
            }
            assertEquals(names, new ArrayList<>(map.keySet()), where + ": fields");
            for (String name : names) {
                assertSame(where + "." + name, expected.required(name), map.get(name));
            }
        } else if (expected.isArray() && actual instanceof List<?> list) {
            assertEquals(expected.size(), list.size(), where + ": elements");
            for (int i = 0; i < list.size(); i++) {
                assertSame(where + "[" + i + "]", expected.required(i), list.get(i));
            }
        } else {
            Object leaf =
                    expected.isBoolean() ? (Object) expected.booleanValue() : expected.asText();
            assertEquals(leaf, actual, where);
        }
    }
}
