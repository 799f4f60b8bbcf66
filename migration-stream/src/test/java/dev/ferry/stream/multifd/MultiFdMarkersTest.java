package dev.ferry.stream.multifd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ferry.stream.io.WireOutput;
import dev.ferry.stream.item.SectionType;
import dev.ferry.stream.multifd.MultiFdChannels.Marker;
import dev.ferry.stream.ram.RamSectionWriter;
import dev.ferry.stream.testing.MemoryChannel;
import dev.ferry.stream.testing.WireBytes;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class MultiFdMarkersTest {

    private static final String EOS = "0000000000000010";
    private static final String FLUSH = "0000000000000200";
    private static final int SYNC_BYTES = 1344;

    private final MemoryChannel main = new MemoryChannel();
    private final MemoryChannel channel = new MemoryChannel();
    private final WireOutput out = new WireOutput(main);
    private final MultiFdWriter writer =
            new MultiFdWriter(List.of(channel), 4096, MultiFdOptions.DEFAULT, (block, at) -> {});

    private MultiFdMarkers markers(Marker marker) {
        return new MultiFdMarkers(marker, writer, new RamSectionWriter(out, 4096), out);
    }

    /** Nothing is flushed here: what the main channel has by then is what went out by itself. */
    private void assertBody(MultiFdMarkers markers, SectionType type, String expected)
            throws IOException {
        int before = main.bytes().length;
        markers.endBody(type);
        byte[] all = main.bytes();
        byte[] body = Arrays.copyOfRange(all, before, all.length);
        assertArrayEquals(WireBytes.hex(expected), body, type.name());
    }

    private void assertSyncs(int expected) throws IOException {
        writer.finish();
        assertEquals(64 + expected * SYNC_BYTES, channel.bytes().length);
    }

    @Test
    void everyEosHasItsSyncs() throws IOException {
        MultiFdMarkers markers = markers(Marker.EVERY_EOS);
        assertBody(markers, SectionType.START, EOS);
        assertBody(markers, SectionType.PART, EOS);
        assertBody(markers, SectionType.PART, EOS);
        assertBody(markers, SectionType.END, EOS);
        assertSyncs(4);
    }

    @Test
    void flushRecordsComeWithTheFirstBodyAndTheLast() throws IOException {
        MultiFdMarkers markers = markers(Marker.FLUSH_RECORD);
        assertBody(markers, SectionType.START, FLUSH + EOS);
        assertBody(markers, SectionType.PART, EOS);
        assertBody(markers, SectionType.PART, EOS);
        assertBody(markers, SectionType.END, FLUSH + EOS);
        assertSyncs(2);
    }

    @Test
    void markersAreOfSomeKindAndRamOfThree() throws IOException {
        assertThrows(IllegalArgumentException.class, () -> markers(Marker.UNDECIDED));
        assertThrows(
                IllegalArgumentException.class,
                () -> markers(Marker.EVERY_EOS).endBody(SectionType.FULL));
        assertSyncs(0);
    }
}
