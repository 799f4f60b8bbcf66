package dev.ferry.stream;

import dev.ferry.stream.io.ByteSource;
import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.io.WireOutput;
import dev.ferry.stream.testing.ForwardSource;
import dev.ferry.stream.testing.SomeLimits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Whatever is read without an error is written again as it was, with one exception: what lies
 * between the parts of a mapped-ram stream is written as zeros. There the length must be the same,
 * and what was written must stay as it is when it is written again.
 */
final class RoundTrip {

    private static final Limits LIMITS = SomeLimits.sizes(64, 1 << 20);

    private RoundTrip() {}

    /** Checks a main channel, with or without a further one; false if it cannot be read. */
    static boolean check(byte[] main, byte @Nullable [] further) throws IOException {
        Result seekable = recode(new MemorySource("fuzz", main), further);
        if (seekable == null) {
            return false;
        }
        if (seekable.mapped()) {
            Result again = recode(new MemorySource("again", seekable.bytes()), further);
            if (again == null || seekable.bytes().length != main.length) {
                throw new AssertionError("mapped-ram: other bytes that are not read the same way");
            }
            assertSame(seekable.bytes(), again.bytes(), "written twice");
        } else {
            assertSame(main, seekable.bytes(), "written");
        }
        Result forward = recode(ForwardSource.inPieces(main, 1000), further);
        if (forward != null) {
            assertSame(seekable.bytes(), forward.bytes(), "from a pipe");
        }
        return true;
    }

    private static void assertSame(byte[] was, byte[] is, String what) {
        int at = Arrays.mismatch(was, is);
        if (at >= 0) {
            throw new AssertionError(
                    what
                            + ": "
                            + was.length
                            + " bytes were read, "
                            + is.length
                            + " written, first difference at "
                            + at);
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Result(byte[] bytes, boolean mapped) {}

    private static @Nullable Result recode(ByteSource source, byte @Nullable [] further)
            throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (StreamRecoder recoder =
                new StreamRecoder(
                        new WireInput(source),
                        new WireOutput(Channels.newChannel(bytes)),
                        ReaderOptions.DEFAULT.withLimits(LIMITS))) {
            ByteArrayOutputStream second = new ByteArrayOutputStream();
            if (further != null) {
                boolean multifd = further[0] == 0x11;
                recoder.channel(
                        new WireInput(new MemorySource("further", further)),
                        multifd ? null : new WireOutput(Channels.newChannel(second)));
            }
            recoder.run();
            boolean written =
                    recoder.reader().channels().size() > 1
                            && recoder.reader().channels().get(1).role()
                                    != MigrationReader.ChannelRole.MULTIFD;
            if (further != null && written) {
                assertSame(further, second.toByteArray(), "further channel");
            }
            boolean mapped =
                    recoder.reader()
                            .configuration()
                            .map(c -> c.capabilities().contains("mapped-ram"))
                            .orElse(false);
            return new Result(bytes.toByteArray(), mapped);
        } catch (StreamException e) {
            // Not to be read, so not to be written.
            return null;
        }
    }
}
