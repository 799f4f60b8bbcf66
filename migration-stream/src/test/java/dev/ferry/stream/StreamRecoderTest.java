package dev.ferry.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import dev.ferry.stream.container.Containers;
import dev.ferry.stream.container.OpenOptions;
import dev.ferry.stream.io.ByteSource;
import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.io.WireOutput;
import dev.ferry.stream.postcopy.ReturnPathRecoder;
import dev.ferry.stream.testing.ForwardSource;
import dev.ferry.testdata.FileKind;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.FixtureFile;
import dev.ferry.testdata.Fixtures;
import dev.ferry.testdata.junit.FixtureSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Everything captured is written again as it was. */
class StreamRecoderTest {

    /** A channel's bytes, beside what was written for it. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Written(String name, byte[] was, ByteArrayOutputStream is) {

        Written(String name, byte[] was) {
            this(name, was, new ByteArrayOutputStream());
        }

        WireOutput out() {
            return new WireOutput(Channels.newChannel(is));
        }

        void assertSame() {
            StreamRecoderTest.assertSame(name, was, is.toByteArray());
        }
    }

    private static void assertSame(String name, byte[] was, byte[] is) {
        int at = Arrays.mismatch(was, is);
        if (at >= 0) {
            fail(
                    name
                            + ": was "
                            + was.length
                            + " bytes, is "
                            + is.length
                            + ", first difference at 0x"
                            + Integer.toHexString(at));
        }
    }

    /** Recodes all channels and compares them. */
    private static List<StreamRecoder.Kept> recode(
            Fixture fixture, Function<byte[], ByteSource> source) throws IOException {
        List<Written> written = new ArrayList<>();
        Written main = new Written("main", mainBytes(fixture));
        written.add(main);
        List<StreamRecoder.Kept> kept;
        try (StreamRecoder recoder =
                new StreamRecoder(
                        new WireInput(source.apply(main.was())),
                        main.out(),
                        ReaderOptions.DEFAULT)) {
            for (FixtureFile file : further(fixture)) {
                Written channel = new Written(file.file(), file.readAllBytes());
                boolean multifd = channel.was()[0] == 0x11;
                if (!multifd) {
                    written.add(channel);
                }
                recoder.channel(
                        new WireInput(source.apply(channel.was())), multifd ? null : channel.out());
            }
            kept = recoder.run();
        }
        written.forEach(Written::assertSame);
        return kept;
    }

    private static List<FixtureFile> further(Fixture fixture) {
        return fixture.files().stream().anyMatch(f -> f.kind() == FileKind.FORWARD_CHANNEL)
                ? fixture.channels().further()
                : List.of();
    }

    private static ByteSource mainSource(Fixture fixture) throws IOException {
        FixtureFile main = fixture.main();
        return Containers.open(main.uncompressedName(), main.open(), OpenOptions.DEFAULT).stream();
    }

    private static byte[] mainBytes(Fixture fixture) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (WireInput in = new WireInput(mainSource(fixture));
                WireOutput out = new WireOutput(Channels.newChannel(bytes))) {
            in.copyRest(out);
        }
        return bytes.toByteArray();
    }

    private static boolean mapped(Fixture fixture) {
        return fixture.name().startsWith("mapped-ram-")
                || fixture.name().startsWith("libvirt-sparse-");
    }

    static Stream<Fixture> streams() {
        return Fixtures.all().stream().filter(fixture -> !mapped(fixture));
    }

    @ParameterizedTest
    @MethodSource("streams")
    void isWhatItWas(Fixture fixture) throws IOException {
        List<StreamRecoder.Kept> kept = recode(fixture, bytes -> new MemorySource("m", bytes));
        boolean cut = fixture.name().startsWith("postcopy-recover-");
        assertEquals(
                cut ? List.of("the beginning of what the channel was cut in") : List.of(),
                kept.stream().map(StreamRecoder.Kept::what).toList());
    }

    @ParameterizedTest
    @MethodSource("streams")
    void isWhatItWasFromAPipe(Fixture fixture) throws IOException {
        if (!fixture.name().startsWith("postcopy-recover-")) {
            assertEquals(List.of(), recode(fixture, bytes -> ForwardSource.inPieces(bytes, 4093)));
        }
    }

    @ParameterizedTest
    @FixtureSource(name = {"postcopy-*", "return-path-*", "switchover-ack-*", "release-ram-*"})
    void messagesOfTheReturnPathAreWhatTheyWere(Fixture fixture) throws IOException {
        for (FixtureFile reverse : fixture.channels().reverse()) {
            Written written = new Written(reverse.file(), reverse.readAllBytes());
            try (WireInput in = new WireInput(new MemorySource("r", written.was()));
                    WireOutput out = written.out()) {
                ReturnPathRecoder.recode(in, out, Limits.DEFAULT);
            }
            written.assertSame();
        }
    }
}
