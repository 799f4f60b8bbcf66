package dev.ferry.stream.multifd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class ZlibPayloadEncoderTest extends PayloadEncoderContract {

    @Override
    int[] levels() {
        return new int[] {0, 1, 6, 9};
    }

    @Override
    PayloadEncoder encoder(int level) {
        return new ZlibPayloadEncoder(level);
    }

    @Override
    PayloadDecoder decoder() {
        return new ZlibPayloads();
    }

    @Override
    MultiFdCompression method() {
        return MultiFdCompression.ZLIB;
    }

    @Test
    void onlyTheFirstPayloadHasTheHeaderAndEachEndsInAFlush() {
        try (PayloadEncoder zlib = encoder(1)) {
            for (int packet = 0; packet < 3; packet++) {
                ByteBuffer payload = zlib.encode(ByteBuffer.allocateDirect(8192));
                assertEquals(0x0000ffff, payload.getInt(payload.limit() - 4), "flush");
                if (packet == 0) {
                    assertEquals(0x7801, payload.getShort(0), "header");
                } else {
                    assertFalse(payload.getShort(0) == 0x7801, "header");
                }
            }
        }
    }
}
