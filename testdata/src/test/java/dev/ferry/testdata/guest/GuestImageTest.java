package dev.ferry.testdata.guest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GuestImageTest {

    @TempDir Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"dirtier", "irq", "sev", "smp4"})
    void committedImageIsWhatItsSourceAssemblesTo(String guest)
            throws IOException, InterruptedException {
        Path image = directory.resolve("guest.bin");
        try {
            Process nasm =
                    new ProcessBuilder(
                                    "nasm",
                                    "-f",
                                    "bin",
                                    "-o",
                                    image.toString(),
                                    "guests/" + guest + ".asm")
                            .inheritIO()
                            .start();
            assertTrue(nasm.waitFor(60, TimeUnit.SECONDS));
            assertEquals(0, nasm.exitValue());
        } catch (IOException e) {
            if ("true".equals(System.getenv("CI"))) {
                Assertions.fail("nasm must be installed where CI=true", e);
            }
            Assumptions.abort("nasm is not installed");
        }
        GuestImage committed =
                switch (guest) {
                    case "dirtier" -> GuestImage.dirtier();
                    case "irq" -> GuestImage.irq();
                    case "sev" -> GuestImage.sev();
                    default -> GuestImage.smp4();
                };
        assertArrayEquals(Files.readAllBytes(image), committed.bytes());
    }

    @Test
    void parametersAreWhereTheirGuestLooks() {
        GuestImage image = GuestImage.sev().with("vars", 0x84000).with("lines", -2);
        assertEquals("SEVG", new String(image.bytes(), 0x100, 4, StandardCharsets.US_ASCII));
        assertEquals(0x84000, image.get("vars"));
        assertEquals(-2, image.get("lines"));
        assertEquals(0, GuestImage.sev().get("lines"));
        assertEquals(0x12345678, GuestImage.dirtier().get("seed"));
        assertEquals(1193, GuestImage.irq().get("divisor"));
        assertEquals(4, GuestImage.smp4().get("cpus"));
        assertThrows(IllegalArgumentException.class, () -> image.with("cpus", 1));
    }

    @Test
    void theSecretIsNotInTheImage() {
        String image = new String(GuestImage.sev().bytes(), StandardCharsets.ISO_8859_1);
        assertEquals(-1, image.indexOf(SevMemory.SECRET.substring(0, 8)));
        assertTrue(image.contains(SevMemory.SHARED_TEXT));
    }
}
