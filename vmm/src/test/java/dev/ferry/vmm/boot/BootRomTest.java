package dev.ferry.vmm.boot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BootRomTest {

    @TempDir Path directory;

    @Test
    void imageIsOneUnitWithAJumpAtTheEnd() {
        byte[] image = BootRom.image();
        assertEquals(FirmwareImage.UNIT_BYTES, image.length);
        assertEquals((byte) 0xea, image[0xfff0], "a far jump at the reset vector");
    }

    /** So that what is in the jar is what the source says. */
    @Test
    void imageIsWhatItsSourceGives() throws Exception {
        Path nasm =
                List.of(Path.of("/usr/bin/nasm"), Path.of("/usr/local/bin/nasm")).stream()
                        .filter(Files::isExecutable)
                        .findFirst()
                        .orElse(null);
        Assumptions.assumeTrue(nasm != null, "no nasm");
        Path out = directory.resolve("bootrom.bin");
        Process assembly =
                new ProcessBuilder(
                                String.valueOf(nasm),
                                "-f",
                                "bin",
                                "-o",
                                out.toString(),
                                "src/main/asm/bootrom.asm")
                        .redirectErrorStream(true)
                        .start();
        String said = new String(assembly.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, assembly.waitFor(), said);
        assertArrayEquals(Files.readAllBytes(out), BootRom.image());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65535, 65537, (1 << 24) + 65536})
    void firmwareOfAnotherSizeIsRefused(int bytes) throws IOException {
        Path file = Files.write(directory.resolve("bios"), new byte[bytes]);
        BootException e = assertThrows(BootException.class, () -> FirmwareImage.read(file));
        assertTrue(
                String.valueOf(e.getMessage())
                        .endsWith(
                                "expected a multiple of 64 KiB, 16 MiB at most, found "
                                        + bytes
                                        + " bytes"),
                e::getMessage);
    }

    @Test
    void firmwareIsReadWhole() throws IOException {
        byte[] image = new byte[2 * FirmwareImage.UNIT_BYTES];
        image[5] = 7;
        assertArrayEquals(image, FirmwareImage.read(Files.write(directory.resolve("bios"), image)));
    }
}
