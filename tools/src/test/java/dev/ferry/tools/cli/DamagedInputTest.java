package dev.ferry.tools.cli;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.testdata.Fixtures;
import dev.ferry.tools.Ferry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is done to a stream, a command ends in one of its exit codes and never in a fault. */
class DamagedInputTest {

    private static final int ROUNDS = 60;

    @TempDir Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "precopy-paused-q10",
                "postcopy-q7",
                "xbzrle-q7",
                "compress-q7",
                "mapped-ram-q10",
                "dirty-bitmaps-q10",
                "libvirt-sparse-q10",
                "savevm-q10",
                "novmdesc-q10",
                "devices-virtio-q10"
            })
    void damageNeverEndsInAnInternalError(String fixture) throws IOException {
        byte[] whole = Fixtures.named(fixture).main().readAllBytes();
        Random random = new Random(fixture.hashCode());
        Path file = directory.resolve("damaged");
        for (int round = 0; round < ROUNDS; round++) {
            byte[] bytes = whole.clone();
            int places = 1 + random.nextInt(4);
            for (int i = 0; i < places; i++) {
                // Headers are at the beginning and devices at the end: pages are dull.
                int at =
                        switch (random.nextInt(3)) {
                            case 0 -> random.nextInt(512);
                            case 1 -> bytes.length - 1 - random.nextInt(bytes.length / 4);
                            default -> random.nextInt(bytes.length);
                        };
                bytes[at] = (byte) (random.nextBoolean() ? random.nextInt(256) : 0xff);
            }
            if (random.nextInt(4) == 0) {
                bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
            }
            Files.write(file, bytes);
            String[][] commands = {
                {"inspect", "--json", "--digest", "--pages", file.toString()},
                {"inspect", "--sections", "--devices=cpu", "--commands", file.toString()},
                {"verify", file.toString()},
                {"extract", file.toString(), "--physical", "0x100000+4K"},
                {"extract", file.toString(), "--device", "globalstate", "--raw"}
            };
            Ferry.Result result = Ferry.run(commands[round % commands.length]);
            String where =
                    fixture + ", round " + round + ", " + commands[round % commands.length][0];
            assertTrue(result.code() <= 4, () -> where + ": " + result);
            assertFalse(result.err().contains("internal error"), () -> where + ": " + result.err());
            assertFalse(result.err().contains("out of memory"), () -> where + ": " + result.err());
        }
    }
}
