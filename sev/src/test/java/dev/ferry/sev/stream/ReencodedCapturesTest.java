package dev.ferry.sev.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ferry.sev.SevException;
import dev.ferry.sev.packet.PacketCipher;
import dev.ferry.sev.region.GfnRange;
import dev.ferry.sev.session.TransportKeys;
import dev.ferry.stream.ReaderOptions;
import dev.ferry.stream.StreamRecoder;
import dev.ferry.stream.io.WireOutput;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.testdata.SevFixture;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The captures' pages opened and sealed again: with the same keys and IVs the same bytes. */
class ReencodedCapturesTest {

    static List<SevFixture> captures() {
        return Captures.all();
    }

    @ParameterizedTest
    @MethodSource("captures")
    void sameKeysAndIvsGiveTheSameBytes(SevFixture fixture) throws IOException {
        byte[] stream = fixture.readAllBytes();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(stream.length);
        try (WireOutput out = new WireOutput(Channels.newChannel(bytes));
                Resealing resealing = new Resealing(fixture)) {
            ReaderOptions options =
                    ReaderOptions.DEFAULT.withExtension(
                            new SevReading(SevOptions.DEFAULT.withListener(resealing)));
            try (StreamRecoder recoder =
                    new StreamRecoder(Captures.input(fixture.name(), stream), out, options)) {
                resealing.to = new SevRecordWriter(recoder.ram(0));
                recoder.run();
            }
            assertEquals(fixture.pageRecords("encrypted"), resealing.packets);
        }
        assertArrayEquals(stream, bytes.toByteArray());
    }

    /** Opens each packet, and seals its plaintext with the IV it had. */
    private static final class Resealing implements SevRecordListener, AutoCloseable {
        private final TransportKeys keys;
        private final PacketCipher opener;
        private final PacketCipher sealer;
        private final byte[] packet = new byte[52 + 4 + 4096];
        private final byte[] plain = new byte[4096];
        private final byte[] sealed = new byte[52 + 4096];
        @Nullable SevRecordWriter to;
        int packets;
        private @Nullable StartFields start;

        Resealing(SevFixture fixture) {
            keys = TransportKeys.of(fixture.session("tek"), fixture.session("tik"));
            opener = new PacketCipher(keys);
            sealer = new PacketCipher(keys);
        }

        @Override
        public void start(StartFields fields) {
            start = fields;
        }

        @Override
        public void packet(
                long at, RamBlock block, long offset, ByteBuffer bytes, int header, int data)
                throws IOException {
            bytes.get(header, packet);
            try {
                opener.open(packet, 0, packet, 56, 4096, plain, 0);
            } catch (SevException e) {
                throw new IOException(e);
            }
            sealer.sealWith(
                    Arrays.copyOfRange(packet, 4, 20), plain, 0, 4096, sealed, 0, sealed, 52);
            packets++;
            SevRecordWriter writer = Objects.requireNonNull(to);
            StartFields fields = start;
            start = null;
            if (fields != null) {
                writer.first(fields, block, offset, ByteBuffer.wrap(sealed), 0, 52);
            } else {
                writer.page(block, offset, ByteBuffer.wrap(sealed), 0, 52);
            }
        }

        @Override
        public void sharedRegions(long at, long word, RamBlock block, List<GfnRange> ranges)
                throws IOException {
            Objects.requireNonNull(to).sharedRegions(block, ranges);
        }

        @Override
        public void close() {
            opener.close();
            sealer.close();
            keys.close();
        }
    }
}
