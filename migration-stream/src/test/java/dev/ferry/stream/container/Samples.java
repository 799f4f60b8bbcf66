package dev.ferry.stream.container;

import dev.ferry.stream.io.ByteSource;
import dev.ferry.stream.io.MemorySource;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.tukaani.xz.XZInputStream;

/** Committed samples, and short ways to open bytes. */
final class Samples {

    private Samples() {}

    /** A test resource as it is. */
    static byte[] resource(String name) throws IOException {
        try (InputStream in = Samples.class.getResourceAsStream(name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        }
    }

    /** A test resource without its own xz wrapping. */
    static byte[] unxzResource(String name) throws IOException {
        return new XZInputStream(new ByteArrayInputStream(resource(name))).readAllBytes();
    }

    static OpenedInput open(byte[] file) throws IOException {
        return Containers.open(new MemorySource("memory", file), OpenOptions.DEFAULT);
    }

    /** Opened as from a pipe. */
    static OpenedInput openForward(byte[] file) throws IOException {
        return Containers.open("pipe", new ByteArrayInputStream(file), OpenOptions.DEFAULT);
    }

    /** The stream in {@code file}. */
    static byte[] stream(byte[] file) throws IOException {
        try (OpenedInput input = open(file)) {
            return drain(input.stream());
        }
    }

    /** All that is left in {@code source}, read in uneven pieces. */
    static byte[] drain(ByteSource source) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        drain(source, all);
        return all.toByteArray();
    }

    /** The same, so that what came before an error can be looked at. */
    static void drain(ByteSource source, ByteArrayOutputStream all) throws IOException {
        ByteBuffer direct = ByteBuffer.allocateDirect(100_003);
        ByteBuffer heap = ByteBuffer.allocate(1009);
        ByteBuffer buffer = heap;
        while (source.read(buffer.clear()) >= 0) {
            buffer.flip();
            byte[] piece = new byte[buffer.remaining()];
            buffer.get(piece);
            all.writeBytes(piece);
            buffer = buffer.isDirect() ? heap : direct;
        }
    }

    static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
