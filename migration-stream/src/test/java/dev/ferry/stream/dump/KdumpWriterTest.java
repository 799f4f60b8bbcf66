package dev.ferry.stream.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.stream.UnsupportedStreamException;
import dev.ferry.stream.convert.SavedVm;
import dev.ferry.stream.ram.MalformedPageException;
import dev.ferry.stream.ram.PageKind;
import dev.ferry.stream.ram.PageRunBatch;
import dev.ferry.stream.ram.PageSink;
import dev.ferry.stream.ram.PageSource;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.stream.ram.RamState;
import dev.ferry.stream.testing.RamStates;
import dev.ferry.testdata.Fixtures;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KdumpWriterTest {

    @TempDir private Path directory;

    @ParameterizedTest
    @EnumSource
    void pagesAreTheSameHoweverTheyArePacked(KdumpWriter.Compression compression)
            throws IOException {
        try (SavedVm vm = Guests.read(Fixtures.named("precopy-dirty-q10"), directory)) {
            GuestDump dump = Guests.dump(vm);
            Path elf = Guests.write(dump, directory.resolve("elf"), ElfCoreWriter::write);
            Path file =
                    Guests.write(
                            dump,
                            directory.resolve("kdump"),
                            (d, f) -> KdumpWriter.write(d, compression, f));
            boolean packed = false;
            try (ElfCore core = new ElfCore(elf);
                    KdumpFile kdump = new KdumpFile(file, true)) {
                int index = 0;
                for (long page = kdump.pages().nextSetBit(0);
                        page >= 0;
                        page = kdump.pages().nextSetBit((int) page + 1)) {
                    assertTrue(
                            java.util.Arrays.equals(
                                    core.memory(page * KdumpFile.PAGE, KdumpFile.PAGE),
                                    kdump.page(index)),
                            "page " + page);
                    packed |= kdump.packed(index);
                    index++;
                }
            }
            assertEquals(compression != KdumpWriter.Compression.NONE, packed);
        }
    }

    @Test
    void sameGuestMakesTheSameFile() throws IOException {
        try (SavedVm vm = Guests.read(Fixtures.named("precopy-dirty-q7"), directory)) {
            GuestDump dump = Guests.dump(vm);
            Guests.Writer writer = (d, f) -> KdumpWriter.write(d, KdumpWriter.Compression.ZSTD, f);
            Path first = Guests.write(dump, directory.resolve("1"), writer);
            Path second = Guests.write(dump, directory.resolve("2"), writer);
            assertEquals(-1, Files.mismatch(first, second));
        }
    }

    @Test
    void failureToWriteEndsTheThreads() throws IOException {
        try (SavedVm vm = Guests.read(Fixtures.named("precopy-dirty-q7"), directory)) {
            GuestDump dump = Guests.dump(vm);
            WritableByteChannel full =
                    new WritableByteChannel() {
                        private long left = 300_000;

                        @Override
                        public int write(ByteBuffer bytes) throws IOException {
                            if (left < bytes.remaining()) {
                                throw new IOException("No space left on device");
                            }
                            int count = bytes.remaining();
                            left -= count;
                            bytes.position(bytes.limit());
                            return count;
                        }

                        @Override
                        public boolean isOpen() {
                            return true;
                        }

                        @Override
                        public void close() {}
                    };
            IOException e =
                    assertThrows(
                            IOException.class,
                            () -> KdumpWriter.writeFlat(dump, KdumpWriter.Compression.ZLIB, full));
            assertEquals("No space left on device", e.getMessage());
            for (Thread thread : Thread.getAllStackTraces().keySet()) {
                assertTrue(!thread.getName().equals("page compressor"), thread::toString);
            }
        }
    }

    /** Memory of which one page came encrypted. */
    private record Encrypted(List<RamBlock> blocks) implements PageSource {
        @Override
        public int pageSize() {
            return 4096;
        }

        @Override
        public void transfer(PageSink sink) throws IOException {
            RamState ram = RamStates.of(sink);
            PageRunBatch batch = new PageRunBatch(ram, 0);
            try {
                batch.absent(ram.blocks().getFirst(), 0x5000, PageKind.ENCRYPTED, 1, 0x1234);
                batch.flush();
            } catch (MalformedPageException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Test
    void encryptedPagesAreRefusedByEveryFormat() throws IOException {
        try (SavedVm vm = LongModeGuest.read(directory)) {
            GuestDump sound = Guests.dump(vm);
            GuestDump dump =
                    new GuestDump(
                            sound.machine(),
                            new Encrypted(vm.blocks()),
                            sound.layout(),
                            sound.cpus(),
                            Optional.empty());
            List<Guests.Writer> writers =
                    List.of(
                            ElfCoreWriter::write,
                            LimeWriter::write,
                            RawMemoryWriter::write,
                            (d, f) -> KdumpWriter.write(d, KdumpWriter.Compression.ZLIB, f));
            for (int i = 0; i < writers.size(); i++) {
                Path target = directory.resolve("encrypted" + i);
                Guests.Writer writer = writers.get(i);
                UnsupportedStreamException e =
                        assertThrows(
                                UnsupportedStreamException.class,
                                () -> Guests.write(dump, target, writer));
                assertTrue(e.problem().contains("only with the guest's key"), e::problem);
            }
        }
    }
}
