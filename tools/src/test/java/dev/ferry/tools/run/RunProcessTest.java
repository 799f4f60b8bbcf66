package dev.ferry.tools.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.tools.Ferry;
import java.io.IOException;
import java.io.InputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code ferry run} as a process: what others see of it. */
@Timeout(180)
class RunProcessTest {

    private static final String CAPGUEST = "capguest.bin";

    @TempDir Path directory;

    private String guest(String name) throws IOException {
        Path file = directory.resolve(name);
        try (InputStream in =
                RunProcessTest.class.getResourceAsStream("/dev/ferry/testdata/guests/" + name)) {
            Files.write(file, in.readAllBytes());
        }
        return file.toString();
    }

    @ParameterizedTest
    @CsvSource({"TERM,15", "INT,2", "HUP,1"})
    void runningGuestIsEndedInOrder(String signal, int number) throws Exception {
        Path pid = directory.resolve("pid");
        try (RunningFerry ferry =
                RunningFerry.start(
                        "-bios",
                        guest(CAPGUEST),
                        "-nodefaults",
                        "-serial",
                        "stdio",
                        "-m",
                        "4",
                        "-pidfile",
                        pid.toString())) {
            ferry.awaitOutput(text -> text.startsWith("READY\nABC"));
            assertEquals(ferry.process().pid() + "\n", Files.readString(pid));
            ferry.signal(signal);
            assertEquals(0, ferry.exit());
            assertEquals("ferry run: terminating on signal " + number, ferry.rest().getLast());
            assertFalse(Files.exists(pid), "the pid file stays");
        }
    }

    @Test
    void processThatWaitsForAPeerIsEndedInOrder() throws Exception {
        Path socket = directory.resolve("s");
        try (RunningFerry ferry =
                RunningFerry.start(
                        "-bios", guest(CAPGUEST), "-serial", "unix:" + socket + ",server=on")) {
            while (!Files.exists(socket)) {
                assertTrue(ferry.process().isAlive(), "it ended");
                Thread.onSpinWait();
            }
            ferry.signal("TERM");
            assertEquals(0, ferry.exit());
        }
    }

    @Test
    void processThatReadsItsInputIsEndedInOrder() throws Exception {
        Path pipe = directory.resolve("pipe");
        Path pid = directory.resolve("pid");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        try (RunningFerry ferry =
                RunningFerry.start("--from", pipe.toString(), "-pidfile", pid.toString())) {
            awaitFile(ferry, pid);
            ferry.signal("TERM");
            assertEquals(0, ferry.exit());
        }
    }

    private static void awaitFile(RunningFerry ferry, Path file) {
        while (!Files.exists(file)) {
            assertTrue(ferry.process().isAlive(), "it ended");
            Thread.onSpinWait();
        }
    }

    @Test
    void guestThatIsNotStartedWaits() throws Exception {
        Path log = directory.resolve("log");
        Path pid = directory.resolve("pid");
        try (RunningFerry ferry =
                RunningFerry.start(
                        "-bios",
                        guest(CAPGUEST),
                        "-serial",
                        "file:" + log,
                        "-S",
                        "-pidfile",
                        pid.toString())) {
            awaitFile(ferry, pid);
            ferry.signal("INT");
            assertEquals(0, ferry.exit());
            assertEquals("", Files.readString(log));
        }
    }

    @Test
    void serialPortIsASocket() throws Exception {
        Path socket = directory.resolve("s");
        try (RunningFerry ferry =
                RunningFerry.start(
                        "-bios",
                        guest(CAPGUEST),
                        "-chardev",
                        "socket,id=c,path=" + socket + ",server=on,wait=on",
                        "-serial",
                        "chardev:c")) {
            SocketChannel connected = null;
            while (connected == null) {
                assertTrue(ferry.process().isAlive(), "it ended");
                try {
                    connected = SocketChannel.open(UnixDomainSocketAddress.of(socket));
                } catch (IOException e) {
                    Thread.onSpinWait();
                }
            }
            try (SocketChannel peer = connected) {
                ByteBuffer text = ByteBuffer.allocate(9);
                while (text.hasRemaining() && peer.read(text) >= 0) {
                    // Until all is there.
                }
                assertEquals("READY\nABC", new String(text.array(), StandardCharsets.US_ASCII));
            }
            ferry.signal("TERM");
            assertEquals(0, ferry.exit());
        }
    }

    /** What QEMU's firmware tells the same disk, but for the RAM it keeps for itself. */
    @Test
    void bootSectorFindsWhatFirmwareLeaves() throws Exception {
        Path log = directory.resolve("log");
        try (RunningFerry ferry =
                RunningFerry.start(
                        "-drive",
                        "if=none,id=d,format=raw,readonly=on,file=" + guest("bootsector.bin"),
                        "-device",
                        "ide-hd,drive=d",
                        "-m",
                        "16",
                        "-serial",
                        "file:" + log,
                        "-device",
                        "isa-debug-exit")) {
            assertEquals(0x20 * 2 + 1, ferry.exit(), () -> String.valueOf(log));
            assertEquals(
                    """
                    START 80
                    B 027f
                    X 3c00
                    E 3c00 0000
                    M 0000000000000000 000000000009fc00 01
                    M 000000000009fc00 0000000000000400 02
                    M 00000000000f0000 0000000000010000 02
                    M 0000000000100000 0000000000f00000 01
                    M 00000000ffff0000 0000000000010000 02
                    G 3f0f
                    LBA
                    T
                    K
                    A20 0001
                    END
                    """,
                    Files.readString(log));
            assertEquals(List.of(), ferry.rest());
        }
    }

    @Test
    void multibootKernelFindsWhatItIsPromised() throws Exception {
        Path module = Files.writeString(directory.resolve("m1"), "mod1");
        String kernel = guest("multiboot.bin");
        try (RunningFerry ferry =
                RunningFerry.start(
                        "-machine",
                        "q35",
                        "-kernel",
                        kernel,
                        "-append",
                        "a=b",
                        "-initrd",
                        module + " text",
                        "-m",
                        "16M",
                        "-serial",
                        "stdio",
                        "-device",
                        "isa-debug-exit,iobase=0x501,iosize=1")) {
            assertEquals(
                    "MB\nL 0000027f\nU 00003c00\nC "
                            + kernel
                            + " a=b\nN "
                            + module
                            + " text 31646f6d\nEND\n",
                    ferry.awaitOutput(text -> text.endsWith("END\n") || text.contains("ERR")));
            assertEquals(0x20 * 2 + 1, ferry.exit());
        }
    }

    /** The guest's own account of what it finds; SevMachineTest has the rest. */
    @Test
    void sevGuestFindsItsEncryption() throws Exception {
        Path platform = directory.resolve("platform.json");
        assertEquals(
                0,
                Ferry.run("sev", "platform", "create", "--root-bits", "2048", platform.toString())
                        .code());
        try (RunningFerry ferry =
                RunningFerry.start(
                        "-machine",
                        "q35,confidential-guest-support=sev0",
                        "-m",
                        "16",
                        "-object",
                        "sev-guest,id=sev0,policy=1,cbitpos=51,reduced-phys-bits=1,sev-device="
                                + platform,
                        "-drive",
                        "if=pflash,format=raw,readonly=on,file=" + guest("sev.bin"),
                        "-accel",
                        "kvm",
                        "-accel",
                        "tcg",
                        "-serial",
                        "stdio")) {
            assertEquals(
                    "FW sev=1 cbit=33",
                    ferry.awaitOutput(text -> text.length() == "FW sev=1 cbit=33".length()));
            ferry.awaitOutput(text -> text.contains("READY\n"));
            ferry.signal("TERM");
            assertEquals(0, ferry.exit());
            assertTrue(
                    ferry.rest()
                            .contains(
                                    "ferry run: -accel kvm: the encryption of SEV guests is the"
                                            + " interpreter's (tcg); falling back to tcg"),
                    () -> String.valueOf(ferry));
        }
    }
}
