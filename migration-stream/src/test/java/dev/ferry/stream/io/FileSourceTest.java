package dev.ferry.stream.io;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSourceTest extends ByteSourceContract {

    @TempDir private Path directory = Path.of("");

    @Override
    ByteSource open(byte[] content) throws IOException {
        return FileSource.open(Files.write(directory.resolve("stream"), content));
    }

    @Test
    void countsFromItsOriginInTheFile() throws IOException {
        Path file = Files.write(directory.resolve("parts"), new byte[] {0, 1, 2, 3, 4, 5, 6});
        try (FileSource whole = new FileSource("f", FileChannel.open(file), 1, 6)) {
            FileSource part = whole.from(2);
            assertEquals(1, whole.fileOrigin());
            assertEquals(3, part.fileOrigin());
            assertEquals(3, part.size().orElseThrow());
            ByteBuffer b = ByteBuffer.allocate(10);
            part.position(1);
            assertEquals(2, part.read(b));
            assertEquals(4, b.get(0));
            assertEquals(5, b.get(1));
            assertEquals(-1, part.read(b));
        }
    }

    @Test
    void fileThatShrankMeanwhileJustEnds() throws IOException {
        Path file = Files.write(directory.resolve("shrinks"), new byte[100]);
        try (FileSource source = FileSource.open(file)) {
            Files.write(file, new byte[10]);
            assertEquals(10, source.read(ByteBuffer.allocate(100)));
            assertEquals(-1, source.read(ByteBuffer.allocate(100)));
        }
    }
}
