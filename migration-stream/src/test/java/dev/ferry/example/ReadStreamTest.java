package dev.ferry.example;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.testdata.Fixtures;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadStreamTest {

    @TempDir Path directory;

    @Test
    void printsTheDevicesAndTheMemoryOfACapture() throws IOException {
        String printed = run(Fixtures.named("precopy-dirty-q10").main().unpack(directory));
        assertTrue(printed.contains("0000:00:01.0/PIIX3: "), printed);
        assertTrue(printed.contains("pc.ram: 3145728 bytes, the first is 0x"), printed);
    }

    @Test
    void saysWhereAFileIsDamaged() throws IOException {
        Path file = Fixtures.named("precopy-dirty-q10").main().unpack(directory);
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, java.util.Arrays.copyOf(bytes, 1000));
        assertTrue(run(file).contains("damaged at offset 0x"));
    }

    @Test
    void isWhatTheReadmeShows() throws IOException {
        String readme = Files.readString(Path.of("../README.md"));
        String source =
                Files.readString(Path.of("src/test/java/dev/ferry/example/ReadStream.java"));
        String body = source.substring(source.indexOf("import "));
        assertTrue(
                readme.contains(body),
                "README.md does not hold ReadStream.java from its imports on");
    }

    private static String run(Path file) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
            ReadStream.print(file, out);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
