package dev.ferry.stream.multifd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class ZstdPayloadEncoderTest extends PayloadEncoderContract {

    @Override
    int[] levels() {
        return new int[] {1, 3, 20};
    }

    @Override
    PayloadEncoder encoder(int level) {
        return new ZstdPayloadEncoder(level);
    }

    @Override
    PayloadDecoder decoder() {
        return new ZstdPayloads();
    }

    @Override
    MultiFdCompression method() {
        return MultiFdCompression.ZSTD;
    }

    @Test
    void onlyTheFirstPayloadHasTheMagic() {
        try (PayloadEncoder zstd = encoder(1)) {
            for (int packet = 0; packet < 3; packet++) {
                ByteBuffer payload = zstd.encode(ByteBuffer.allocateDirect(8192));
                if (packet == 0) {
                    assertEquals(0x28b52ffd, payload.getInt(0));
                } else {
                    assertFalse(payload.getInt(0) == 0x28b52ffd, "magic");
                }
            }
        }
    }
}
