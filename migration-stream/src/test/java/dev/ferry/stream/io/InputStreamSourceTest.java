package dev.ferry.stream.io;

import java.io.ByteArrayInputStream;

class InputStreamSourceTest extends ByteSourceContract {

    @Override
    ByteSource open(byte[] content) {
        return new InputStreamSource("pipe", new ByteArrayInputStream(content));
    }
}
