package dev.ferry.stream.container;

import java.io.IOException;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;

/** One bzip2 stream; the library takes it byte by byte and so stops right behind it. */
final class Bzip2Member extends InputStreamMember {

    Bzip2Member(Lookahead in) throws IOException {
        super(new BZip2CompressorInputStream(in.asInputStream(), false));
    }

    @Override
    public void close() throws IOException {
        super.close();
        GarbageBound.check();
    }
}
