package dev.ferry.stream.io;

class MemorySourceTest extends ByteSourceContract {

    @Override
    ByteSource open(byte[] content) {
        return new MemorySource("memory", content);
    }
}
