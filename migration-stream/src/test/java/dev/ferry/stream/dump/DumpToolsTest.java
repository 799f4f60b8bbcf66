package dev.ferry.stream.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.stream.convert.SavedVm;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Programs that people read dumps with read ours. */
class DumpToolsTest {

    private static final String RELEASE = "6.1.0-ferry";

    @TempDir private Path directory;

    private Path write(Guests.Writer writer) throws IOException {
        try (SavedVm vm = LongModeGuest.read(directory)) {
            return Guests.write(Guests.dump(vm), directory.resolve("dump"), writer);
        }
    }

    @Test
    void gdbShowsTheRegistersOfEveryCpuAndMemory() throws IOException {
        Command.require("gdb");
        Path core = write(ElfCoreWriter::write);
        String out =
                Command.output(
                        "gdb",
                        "-nx",
                        "-batch",
                        "-ex",
                        "target core " + core,
                        "-ex",
                        "info threads",
                        "-ex",
                        "thread 1",
                        "-ex",
                        "info registers rax rsp rip fs_base gs_base",
                        "-ex",
                        "x/s 0x20018",
                        "-ex",
                        "thread 2",
                        "-ex",
                        "info registers rip cs");
        assertTrue(out.contains("LWP 1") && out.contains("LWP 2"), out);
        assertTrue(out.contains("0x101010101010101"), out);
        assertTrue(out.contains("0x5511223344"), out);
        assertTrue(out.contains("0xffff800066778899"), out);
        assertTrue(out.contains("OSRELEASE=" + RELEASE), out);
        assertTrue(out.contains("0xfff0"), out);
        assertTrue(out.contains("0xf000"), out);
    }

    @Test
    void readelfFindsNothingToComplainAbout() throws IOException {
        Command.require("readelf");
        Path core = write(ElfCoreWriter::write);
        String out = Command.output("readelf", "-aW", core.toString());
        assertTrue(out.contains("CORE (Core file)"), out);
        assertTrue(out.contains("Advanced Micro Devices X86-64"), out);
        assertTrue(out.contains("NT_PRSTATUS"), out);
        assertTrue(out.contains("VMCOREINFO"), out);
        assertTrue(out.contains(".shstrtab"), out);
        assertTrue(!out.toLowerCase(java.util.Locale.ROOT).contains("warning"), out);
    }

    @Test
    void crashReadsTheReleaseFromAnElfCore() throws IOException {
        Command.require("crash");
        Path core = write(ElfCoreWriter::write);
        assertEquals(RELEASE, Command.output("crash", "--osrelease", core.toString()).strip());
    }

    @ParameterizedTest
    @EnumSource
    void crashReadsTheReleaseFromEveryKdumpFile(KdumpWriter.Compression compression)
            throws IOException {
        Command.require("crash");
        Path plain = write((dump, file) -> KdumpWriter.write(dump, compression, file));
        assertEquals(RELEASE, Command.output("crash", "--osrelease", plain.toString()).strip());
    }

    @ParameterizedTest
    @EnumSource
    void makedumpfilePutsTheFlatLayoutTogether(KdumpWriter.Compression compression)
            throws IOException {
        Command.require("makedumpfile");
        Path flat = directory.resolve("flat");
        Path plain = directory.resolve("plain");
        try (SavedVm vm = LongModeGuest.read(directory)) {
            GuestDump dump = Guests.dump(vm);
            try (FileChannel out =
                    FileChannel.open(
                            flat, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                KdumpWriter.writeFlat(dump, compression, out);
            }
            Guests.write(dump, plain, (d, file) -> KdumpWriter.write(d, compression, file));
        }
        Path together = directory.resolve("together");
        Command.feed(flat, "makedumpfile", "-R", together.toString());
        assertEquals(-1, Files.mismatch(plain, together));
        assertEquals(-1, Files.mismatch(plain, KdumpFile.plain(flat, directory.resolve("by us"))));
    }
}
