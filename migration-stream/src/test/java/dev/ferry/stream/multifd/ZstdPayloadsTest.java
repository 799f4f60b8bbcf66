package dev.ferry.stream.multifd;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

class ZstdPayloadsTest extends PayloadDecoderContract {

    @Override
    PayloadDecoder decoder() {
        return new ZstdPayloads();
    }

    @Override
    String method() {
        return "zstd";
    }

    @Override
    Compressor compressor() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        @SuppressWarnings("resource") // closing it would end the frame
        ZstdOutputStreamNoFinalizer zstd = new ZstdOutputStreamNoFinalizer(out, 1);
        return plain -> {
            zstd.write(plain);
            zstd.flush();
            byte[] payload = out.toByteArray();
            out.reset();
            return payload;
        };
    }
}
