package dev.ferry.tools.run;

import dev.ferry.testdata.FileKind;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.FixtureFile;
import dev.ferry.tools.FixtureFiles;
import dev.ferry.tools.cli.Console;
import dev.ferry.tools.cli.Terminal;
import dev.ferry.vmm.machine.Machine;
import dev.ferry.vmm.memory.MemoryRange;
import dev.ferry.vmm.memory.RamBlock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.foreign.MemorySegment;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** A guest in this JVM, made as {@code ferry run} makes it, with its serial port on a socket. */
final class RunningGuest implements AutoCloseable {

    private static final long VGA = 0xa0000;
    private static final long MIB = 1 << 20;

    private final RunSession session;
    private final Machine machine;
    private final SocketChannel serial;
    private final ByteArrayOutputStream said;

    private RunningGuest(
            RunSession session, Machine machine, SocketChannel serial, ByteArrayOutputStream said) {
        this.session = session;
        this.machine = machine;
        this.serial = serial;
        this.said = said;
    }

    /** A capture, loaded and not started. */
    static RunningGuest of(Fixture fixture, Path directory, String... options) throws IOException {
        List<String> arguments =
                FixtureFiles.command(fixture, directory, List.of("--from"), options);
        for (FixtureFile file : fixture.files()) {
            if (file.kind() == FileKind.SHARED_MEMORY) {
                Path memory = file.unpack(directory);
                String id = fixture.metadata().at("/shared_memory/block").asText("mem0");
                arguments.addAll(
                        List.of(
                                "-object",
                                "memory-backend-file,share=on,id="
                                        + id
                                        + ",size="
                                        + fixture.ramBlock(id).orElseThrow().used()
                                        + ",mem-path="
                                        + memory,
                                "-machine",
                                "memory-backend=" + id));
            }
        }
        return of(directory, arguments);
    }

    /** Any guest, not started. */
    static RunningGuest of(Path directory, List<String> arguments) throws IOException {
        UnixDomainSocketAddress address =
                UnixDomainSocketAddress.of(directory.resolve("serial.socket"));
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(address);
            List<String> all = new ArrayList<>(arguments);
            all.addAll(List.of("-serial", "unix:" + address.getPath()));
            ByteArrayOutputStream said = new ByteArrayOutputStream();
            PrintStream err = new PrintStream(said, true, StandardCharsets.UTF_8);
            Console console = new Console(InputStream.nullInputStream(), err, err, Terminal.NONE);
            RunSession session =
                    new RunSession(
                            new LaunchReader().read(all.toArray(new String[0])),
                            console,
                            new Talk(console));
            try {
                Machine machine = session.make();
                return new RunningGuest(session, machine, server.accept(), said);
            } catch (IOException | RuntimeException | Error e) {
                session.close();
                throw e;
            }
        }
    }

    Machine machine() {
        return machine;
    }

    void start() {
        session.start();
    }

    /** What was said on standard error. */
    String said() {
        return said.toString(StandardCharsets.UTF_8);
    }

    /** The next characters that the guest prints. */
    String awaitSerial(int length) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(length);
        while (text.hasRemaining() && serial.read(text) >= 0) {
            // Until all is there.
        }
        return new String(text.array(), 0, text.position(), StandardCharsets.ISO_8859_1);
    }

    /** What it has printed besides; it stands, and its line ends with this. */
    String moreSerial() throws IOException {
        session.closeChardevs();
        StringBuilder text = new StringBuilder();
        ByteBuffer piece = ByteBuffer.allocate(256);
        while (serial.read(piece) >= 0) {
            text.append(StandardCharsets.ISO_8859_1.decode(piece.flip()));
            piece.clear();
        }
        return text.toString();
    }

    /** Bytes of main memory, in its first block or those behind. */
    long mainMemory() {
        long bytes = 0;
        for (RamBlock block : machine.blocks()) {
            bytes += isMainMemory(block.id()) ? block.size() : 0;
        }
        return bytes;
    }

    /** By the names that boards and users give. */
    boolean isMainMemory(String id) {
        boolean own = machine.block("pc.ram") != null || machine.block("microvm.ram") != null;
        return own
                ? id.equals("pc.ram") || id.equals("microvm.ram")
                : id.indexOf('.') < 0 && id.indexOf('/') < 0;
    }

    /** RAM at an address, also where something else hides it. */
    byte[] read(long gpa, int length) {
        boolean hidden = gpa >= VGA && gpa < MIB;
        MemoryRange range = machine.memory().find(hidden ? 0 : gpa);
        if (range == null) {
            throw new AssertionError("no memory at 0x" + Long.toHexString(gpa));
        }
        byte[] bytes = new byte[length];
        long offset = range.offset() + gpa - range.gpa();
        MemorySegment.copy(
                range.block().segment(),
                java.lang.foreign.ValueLayout.JAVA_BYTE,
                offset,
                bytes,
                0,
                length);
        return bytes;
    }

    /** Digest of a block. */
    String sha256(String id) {
        RamBlock block = machine.block(id);
        if (block == null) {
            return "no such block";
        }
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(block.segment().asByteBuffer());
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() throws IOException {
        session.close();
        serial.close();
    }
}
