package dev.ferry.tools.edit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.testdata.Fixtures;
import dev.ferry.tools.Ferry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A damaged input gives an output as readable as it was itself, or none. */
class DamagedEditTest {

    private static final int ROUNDS = 40;

    @TempDir Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "precopy-paused-q10",
                "postcopy-q7",
                "xbzrle-q7",
                "mapped-ram-q10",
                "dirty-bitmaps-q10",
                "libvirt-sparse-q10",
                "savevm-q10",
                "novmdesc-q10",
                "devices-virtio-q10"
            })
    void damageGivesAWholeOutputOrNone(String fixture) throws IOException {
        byte[] whole = Fixtures.named(fixture).main().readAllBytes();
        Random random = new Random(fixture.hashCode());
        Path in = directory.resolve("in");
        Path out = directory.resolve("out");
        String[][] edits = {
            {"--machine", "m".repeat(200)},
            {"--drop", "globalstate"},
            {"--drop-subsection", "fw_cfg:fw_cfg/dma"},
            {"--rename-block", "pc.ram=a-rather-longer-name", "--rename-block", "pc.bios=b"},
            {"--set", "cpu/0.env.eip=1"}
        };
        for (int round = 0; round < ROUNDS; round++) {
            byte[] bytes = whole.clone();
            for (int i = 0; i <= random.nextInt(3); i++) {
                int at =
                        switch (random.nextInt(3)) {
                            case 0 -> random.nextInt(512);
                            case 1 -> bytes.length - 1 - random.nextInt(bytes.length / 4);
                            default -> random.nextInt(bytes.length);
                        };
                bytes[at] = (byte) random.nextInt(256);
            }
            if (random.nextInt(4) == 0) {
                bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
            }
            Files.write(in, bytes);
            String[] edit = edits[round % edits.length];
            Ferry.Result result =
                    Ferry.run(
                            Stream.concat(
                                            Stream.of("edit", in.toString(), "-o", out.toString()),
                                            Stream.of(edit))
                                    .toList());
            String where = fixture + ", round " + round + ", " + edit[0];
            assertTrue(result.code() <= 4, () -> where + ": " + result);
            assertFalse(result.err().contains("internal error"), () -> where + ": " + result.err());
            assertFalse(result.err().contains("out of memory"), () -> where + ": " + result.err());
            assertEquals(result.code() == 0, Files.exists(out), where);
            if (result.code() == 0) {
                // What could be read can be read again.
                assertEquals(
                        Ferry.run("inspect", in.toString()).code(),
                        Ferry.run("inspect", out.toString()).code(),
                        where);
                Files.delete(out);
            }
            try (Stream<Path> files = Files.list(directory)) {
                assertEquals(List.of(in), files.toList(), where);
            }
        }
    }
}
