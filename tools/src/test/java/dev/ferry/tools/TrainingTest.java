package dev.ferry.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingTest {

    @TempDir Path directory;

    @Test
    void commandThatFailsDoesNotKeepTheNextFromRunning() throws IOException {
        Path commands = directory.resolve("commands");
        Files.writeString(commands, "# comment\n\nno-such-verb  x\n--help\n");
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        int failed = Training.run(commands, new PrintStream(log, true, StandardCharsets.UTF_8));
        assertEquals(0, failed);
        assertEquals("no-such-verb  x: 2\n--help: 0\n", log.toString(StandardCharsets.UTF_8));
    }

    @Test
    void everyLineOfTheShippedListNamesAnOptionOrAVerb() throws IOException {
        for (String line : Files.readAllLines(Path.of("src/dist/lib/training/commands"))) {
            assertTrue(line.startsWith("#") || line.matches("(-|[a-z])\\S*( \\S+)*"), line);
        }
    }
}
