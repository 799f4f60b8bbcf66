package dev.ferry.testdata.qemu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.junit.FixtureSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;

class CaptureGuestTest {
    private static final int IMAGE = 64 << 10;

    @TempDir Path directory;

    @Test
    void committedImageIsWhatItsSourceAssemblesTo() throws IOException, InterruptedException {
        Path image = directory.resolve("capguest.bin");
        try {
            Process nasm =
                    new ProcessBuilder(
                                    "nasm",
                                    "-f",
                                    "bin",
                                    "-o",
                                    image.toString(),
                                    "guests/capguest.asm")
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
        assertArrayEquals(
                Files.readAllBytes(image),
                CaptureGuest.image(JsonNodeFactory.instance.objectNode()));
    }

    @Test
    void parametersLieBehindTheirMark() throws IOException {
        byte[] image =
                CaptureGuest.image(
                        JsonNodeFactory.instance
                                .objectNode()
                                .put("seed", 0x01020304)
                                .put("state_page", 0xfffff000L));
        assertEquals(IMAGE, image.length);
        assertEquals("CAPG", new String(image, 0x100, 4, StandardCharsets.US_ASCII));
        assertEquals("04030201", HexFormat.of().formatHex(image, 0x104, 0x108));
        assertEquals("00f0ffff", HexFormat.of().formatHex(image, 0x124, 0x128));
    }

    /**
     * The firmware is a RAM block, too: its content is the image with the parameters. Except in
     * machines whose firmware can be written to, as the guest tries once.
     */
    @ParameterizedTest
    @FixtureSource(
            target = "x86_64",
            exclude = {"none-*", "isapc-*", "microvm-*"})
    void imageOfEachCaptureHasTheDigestThatQemuHad(Fixture fixture) throws IOException {
        assertEquals(
                fixture.ramBlock("pc.bios").orElseThrow().sha256(),
                Sha256.of(CaptureGuest.image(fixture.metadata().required("guest_parameters"))));
    }
}
