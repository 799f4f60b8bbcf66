package dev.ferry.vmm.chardev;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ferry.vmm.device.Chardev;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ChardevTest {

    @TempDir Path directory;

    private static void write(Chardev chardev, String text) {
        for (byte value : text.getBytes(StandardCharsets.US_ASCII)) {
            chardev.write(value & 0xff);
        }
    }

    private static String read(SocketChannel from, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining() && from.read(bytes) >= 0) {
            // Until all is there.
        }
        return new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII);
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void fileHasEachByteAtOnce() throws IOException {
        Path file = Files.writeString(directory.resolve("log"), "before");
        try (Chardev chardev = new ChardevSpec.ToFile(file, false).open()) {
            assertEquals("", Files.readString(file));
            write(chardev, "A");
            assertEquals("A", Files.readString(file));
            write(chardev, "B");
            assertEquals("AB", Files.readString(file));
        }
    }

    @Test
    void fileIsAppendedTo() throws IOException {
        Path file = Files.writeString(directory.resolve("log"), "before");
        try (Chardev chardev = new ChardevSpec.ToFile(file, true).open()) {
            write(chardev, "A");
        }
        assertEquals("beforeA", Files.readString(file));
    }

    @Test
    void ringBufferKeepsTheLastBytes() {
        RingBufferChardev ring = (RingBufferChardev) new ChardevSpec.RingBuffer(4).open();
        write(ring, "ABCDEF");
        assertArrayEquals("CD".getBytes(StandardCharsets.US_ASCII), ring.read(2));
        write(ring, "G");
        assertArrayEquals("EFG".getBytes(StandardCharsets.US_ASCII), ring.read(100));
        assertEquals(0, ring.read(100).length);
    }

    @Test
    void clientConnectsAndTalksBothWays() throws IOException {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("s"));
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(address);
            try (Chardev chardev = new ChardevSpec.Socket(address, false, false, 0).open();
                    SocketChannel peer = server.accept()) {
                Guest guest = new Guest(chardev, 2);
                chardev.receiver(guest);
                // The connection is there as soon as the chardev is, but its thread may not be.
                peer.write(bytes("ab"));
                assertEquals("ab", guest.await(2));
                write(chardev, "xyz");
                assertEquals("xyz", read(peer, 3));
                peer.write(bytes("cdefgh"));
                assertEquals("cd", guest.await(2));
                assertEquals("ef", guest.await(2));
                assertEquals("gh", guest.await(2));
            }
        }
    }

    @Test
    void clientWithoutServerFails() {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("none"));
        assertThrows(
                IOException.class, () -> new ChardevSpec.Socket(address, false, false, 0).open());
    }

    @Test
    void clientTriesAgainIfTold() throws Exception {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("later"));
        try (Chardev chardev = new ChardevSpec.Socket(address, false, false, 5).open();
                ServerSocketChannel server =
                        ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            write(chardev, "lost");
            server.bind(address);
            Guest guest = new Guest(chardev, 16);
            chardev.receiver(guest);
            for (int round = 0; round < 2; round++) {
                try (SocketChannel peer = server.accept()) {
                    peer.write(bytes("hi"));
                    assertEquals("hi", guest.await(2));
                    write(chardev, "ho");
                    assertEquals("ho", read(peer, 2));
                }
            }
        }
    }

    @Test
    void serverTakesOnePeerAfterTheOther() throws Exception {
        SocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (SocketChardev chardev =
                (SocketChardev) new ChardevSpec.Socket(any, true, false, 0).open()) {
            Guest guest = new Guest(chardev, 16);
            chardev.receiver(guest);
            write(chardev, "nobody hears this");
            for (int round = 0; round < 3; round++) {
                try (SocketChannel peer = SocketChannel.open(chardev.address())) {
                    peer.write(bytes("hi"));
                    assertEquals("hi", guest.await(2));
                    write(chardev, "ho" + round);
                    assertEquals("ho" + round, read(peer, 3));
                }
            }
        }
    }

    @Test
    void serverThatWaitsIsThereOnceAPeerIs() throws Exception {
        Path file = directory.resolve("s");
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(file);
        CompletableFuture<Chardev> opened =
                CompletableFuture.supplyAsync(() -> {
                    try {
                        return new ChardevSpec.Socket(address, true, true, 0).open();
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                });
        try (SocketChannel peer = connect(address, opened);
                Chardev chardev = opened.get(30, TimeUnit.SECONDS)) {
            Guest guest = new Guest(chardev, 16);
            chardev.receiver(guest);
            peer.write(bytes("a"));
            assertEquals("a", guest.await(1));
        }
        assertTrue(Files.notExists(file), "the socket's file is taken away");
    }

    /** Connects as soon as there is somebody to connect to. */
    private static SocketChannel connect(SocketAddress address, CompletableFuture<?> server) {
        while (true) {
            assertTrue(!server.isDone(), "the server did not wait");
            try {
                return SocketChannel.open(address);
            } catch (IOException e) {
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void peerThatDoesNotReadHoldsNobodyUp() throws IOException {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("s"));
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(address);
            try (Chardev chardev = new ChardevSpec.Socket(address, false, false, 0).open();
                    SocketChannel peer = server.accept()) {
                Guest guest = new Guest(chardev, 1);
                chardev.receiver(guest);
                peer.write(bytes("x"));
                assertEquals("x", guest.await(1));
                // More than queue and socket hold; the class's time limit is the assertion.
                for (int i = 0; i < 4 << 20; i++) {
                    chardev.write(i);
                }
                assertEquals(0, read(peer, 1).charAt(0));
            }
        }
    }

    @Test
    void pipesAreUsedInBothDirections() throws Exception {
        Path in = directory.resolve("p.in");
        Path out = directory.resolve("p.out");
        assertEquals(
                0, new ProcessBuilder("mkfifo", in.toString(), out.toString()).start().waitFor());
        try (Chardev chardev = new ChardevSpec.Pipe(directory.resolve("p")).open();
                RandomAccessFile to = new RandomAccessFile(in.toFile(), "rw");
                RandomAccessFile from = new RandomAccessFile(out.toFile(), "rw")) {
            Guest guest = new Guest(chardev, 16);
            chardev.receiver(guest);
            to.write("in".getBytes(StandardCharsets.US_ASCII));
            assertEquals("in", guest.await(2));
            write(chardev, "out");
            byte[] read = new byte[3];
            from.readFully(read);
            assertEquals("out", new String(read, StandardCharsets.US_ASCII));
            // Ends the reader, which a close alone would not.
            to.write(0);
        }
    }

    @Test
    void pseudoTerminalIsRaw() throws IOException {
        assumeTrue(Files.exists(Path.of("/dev/ptmx")), "no pseudo-terminals");
        try (PtyChardev chardev = new ChardevSpec.Pty().open();
                RandomAccessFile terminal = new RandomAccessFile(chardev.name(), "rw")) {
            Guest guest = new Guest(chardev, 16);
            chardev.receiver(guest);
            terminal.write("a\r\u0003".getBytes(StandardCharsets.US_ASCII));
            assertEquals("a\r\u0003", guest.await(3));
            write(chardev, "x\ny");
            byte[] read = new byte[3];
            terminal.readFully(read);
            assertEquals("x\ny", new String(read, StandardCharsets.US_ASCII));
        }
    }

    @Test
    void missingPipeIsNamed() {
        assertThrows(
                NoSuchFileException.class,
                () -> new ChardevSpec.Pipe(directory.resolve("p")).open());
    }
}
