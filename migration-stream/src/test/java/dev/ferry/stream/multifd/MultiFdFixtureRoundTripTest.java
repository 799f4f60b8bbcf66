package dev.ferry.stream.multifd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.io.WireOutput;
import dev.ferry.stream.testing.MemoryChannel;
import dev.ferry.testdata.CaptureKind;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.FixtureFile;
import dev.ferry.testdata.junit.FixtureSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;

/** Every channel that QEMU wrote, taken apart and put together again. */
class MultiFdFixtureRoundTripTest {

    /**
     * What one channel says: its handshake, headers without the payload's length, and pages.
     *
     * @param again the same, encoded anew
     */
    private record Channel(
            MultiFdHandshake handshake,
            List<ByteBuffer> headers,
            List<ByteBuffer> pages,
            ByteBuffer again) {}

    @ParameterizedTest
    @FixtureSource(kind = CaptureKind.TCP, capability = "multifd")
    void channelIsTheSameAgain(Fixture fixture) throws IOException {
        String asked = fixture.metadata().at("/parameters/multifd-compression").asText("none");
        MultiFdCompression method =
                switch (asked) {
                    case "zlib" -> MultiFdCompression.ZLIB;
                    case "zstd" -> MultiFdCompression.ZSTD;
                    default -> MultiFdCompression.NONE;
                };
        for (FixtureFile file : fixture.channels().further()) {
            byte[] original = file.readAllBytes();
            Channel first = recode(original, fixture.targetPageSize(), method);
            if (method == MultiFdCompression.NONE) {
                assertEquals(ByteBuffer.wrap(original), first.again(), file.file());
            }
            Channel second = recode(first.again().array(), fixture.targetPageSize(), method);
            assertEquals(first.handshake(), second.handshake());
            assertEquals(first.headers(), second.headers());
            assertEquals(first.pages(), second.pages());
        }
    }

    private static Channel recode(byte[] bytes, int pageSize, MultiFdCompression method)
            throws IOException {
        WireInput in = new WireInput(new MemorySource("fd", bytes));
        MemoryChannel channel = new MemoryChannel();
        List<ByteBuffer> headers = new ArrayList<>();
        List<ByteBuffer> pages = new ArrayList<>();
        MultiFdPacket packet = new MultiFdPacket(pageSize);
        ByteBuffer plain = ByteBuffer.allocateDirect(MultiFdPacket.MULTIFD_PACKET_SIZE);
        MultiFdHandshake handshake = MultiFdHandshake.read(in);
        try (WireOutput out = new WireOutput(channel);
                PayloadDecoder decoder = PlainPayloads.of(method);
                PayloadEncoder encoder = PayloadEncoder.of(method, 1)) {
            handshake.write(out);
            while (!in.atEnd()) {
                packet.read(in);
                headers.add(header(packet));
                if (packet.normalPages() == 0) {
                    packet.write(out);
                    continue;
                }
                plain.clear().limit(packet.normalPages() * pageSize);
                decoder.decode(in, packet.payloadBytes(), plain);
                plain.flip();
                pages.add(ByteBuffer.allocate(plain.remaining()).put(plain).flip());
                ByteBuffer payload = encoder.encode(plain.rewind());
                packet.declaredPayload(payload.remaining());
                packet.write(out);
                out.bytes(payload);
            }
        }
        return new Channel(handshake, headers, pages, ByteBuffer.wrap(channel.bytes()));
    }

    private static ByteBuffer header(MultiFdPacket packet) throws IOException {
        MemoryChannel channel = new MemoryChannel();
        try (WireOutput out = new WireOutput(channel)) {
            packet.write(out);
        }
        return ByteBuffer.wrap(channel.bytes()).putInt(20, 0);
    }
}
