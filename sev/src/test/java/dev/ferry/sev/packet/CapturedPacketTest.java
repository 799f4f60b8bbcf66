package dev.ferry.sev.packet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ferry.sev.session.TransportKeys;
import dev.ferry.testdata.SevFixture;
import dev.ferry.testdata.SevFixtures;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The first encrypted page of every capture of AMD's QEMU. */
class CapturedPacketTest {

    private static final int SOURCE_PDH_BYTES = 2084;
    private static final int SESSION_BYTES = 128;

    static List<SevFixture> captures() {
        return SevFixtures.all();
    }

    @ParameterizedTest
    @MethodSource("captures")
    void firstPacketOpensAndIsMadeAgainByteForByte(SevFixture capture) throws Exception {
        JsonNode truth = capture.metadata().required("first_packet");
        byte[] header = PacketVectors.bytes(truth.required("header").asText());
        int headerAt = find(capture, header);
        ByteBuffer stream = ByteBuffer.wrap(capture.readAllBytes());
        int length = stream.getInt(headerAt + PacketHeader.BYTES);
        assertEquals(truth.required("trans_len").asInt(), length);
        byte[] ciphertext = new byte[length];
        stream.get(headerAt + PacketHeader.BYTES + Integer.BYTES, ciphertext);

        try (TransportKeys keys = TransportKeys.of(capture.session("tek"), capture.session("tik"));
                PacketCipher cipher = new PacketCipher(keys)) {
            byte[] plain = new byte[length];
            cipher.open(header, 0, ciphertext, 0, length, plain, 0);
            assertEquals(truth.required("plaintext_sha256").asText(), PacketVectors.sha256(plain));

            byte[] madeHeader = new byte[PacketHeader.BYTES];
            byte[] made = new byte[length];
            byte[] iv = PacketHeader.parse(header).iv();
            cipher.sealWith(iv, plain, 0, length, madeHeader, 0, made, 0);
            assertArrayEquals(header, madeHeader);
            assertArrayEquals(ciphertext, made);
        }
    }

    /** Behind the page's header, block and the session, which are of one size in all captures. */
    private static int find(SevFixture capture, byte[] header) throws Exception {
        byte[] stream = capture.readAllBytes();
        int recordAt = capture.metadata().required("session").required("record_offset").asInt();
        int idLength = stream[recordAt + Long.BYTES];
        int at = recordAt + Long.BYTES + 1 + idLength + 2 * Integer.BYTES;
        at += Integer.BYTES + SOURCE_PDH_BYTES + Integer.BYTES + SESSION_BYTES + Integer.BYTES;
        byte[] found = new byte[header.length];
        System.arraycopy(stream, at, found, 0, found.length);
        assertArrayEquals(header, found, capture.name());
        return at;
    }
}
