package dev.ferry.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ferry.stream.container.Containers;
import dev.ferry.stream.container.OpenOptions;
import dev.ferry.stream.io.ByteSource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.ram.MappedRamLayout;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.stream.ram.RamFeatures;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.junit.FixtureSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

class MappedRamLayoutTest {

    private static final RamFeatures MAPPED = new RamFeatures(false, true, 0);

    /** Where a stream's block list began and its section's body ended. */
    private static final class Places implements StreamListener {
        private long listAt;
        private long listEnd;

        @Override
        public void blockList(int channel, long at, long length, List<RamBlock> blocks) {
            listAt = at;
            listEnd = at + length;
        }
    }

    @ParameterizedTest
    @FixtureSource(name = {"mapped-ram-*", "libvirt-sparse-*"})
    void everythingLiesWhereQemuPutIt(Fixture fixture) throws IOException {
        Places places = new Places();
        ByteSource source =
                Containers.open(
                        fixture.main().uncompressedName(),
                        fixture.main().open(),
                        OpenOptions.DEFAULT)
                        .stream();
        long origin = source.fileOrigin();
        try (MigrationReader reader =
                MigrationReader.of(
                        new WireInput(source), ReaderOptions.DEFAULT.withListener(places))) {
            Recordings.items(reader);
            List<RamBlock> found = reader.ram().blocks();
            List<RamBlock> bare = new ArrayList<>();
            for (RamBlock b : found) {
                bare.add(
                        new RamBlock(
                                b.index(),
                                b.id(),
                                b.usedLength(),
                                b.hostPageSize(),
                                b.guestAddress(),
                                null));
            }
            MappedRamLayout layout =
                    MappedRamLayout.of(
                            bare, MAPPED, reader.ram().pageSize(), places.listAt, origin);
            assertEquals(found, layout.blocks());
            assertEquals(places.listEnd, layout.end());
        }
    }

    @Test
    void moreMemoryThanAnyFileHoldsIsRefused() {
        for (long length : new long[] {1L << 62, Long.MAX_VALUE - 4095}) {
            List<RamBlock> blocks =
                    List.of(
                            new RamBlock(0, "a", length, 0, OptionalLong.empty(), null),
                            new RamBlock(1, "b", length, 0, OptionalLong.empty(), null));
            assertThrows(
                    IOException.class, () -> MappedRamLayout.of(blocks, MAPPED, 4096, 30, 0x1000));
        }
    }
}
