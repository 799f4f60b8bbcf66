package dev.ferry.stream.multifd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.StreamException;
import dev.ferry.stream.TruncatedStreamException;
import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.ram.RamState;
import dev.ferry.stream.testing.RamStates;
import dev.ferry.stream.testing.RecordingSink;
import dev.ferry.stream.testing.WireBytes;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class MultiFdChannelsTest {

    private final RecordingSink sink = new RecordingSink();
    private final RamState ram = RamStates.of(sink);
    private final MultiFdChannels channels = new MultiFdChannels();

    private MultiFdChannelsTest() throws IOException {
        ram.announce();
        sink.lines();
    }

    private static PacketBytes zero(long offset) {
        return PacketBytes.of(0).pages("a", 0, 1, offset);
    }

    private static PacketBytes sync() {
        return PacketBytes.of(PacketBytes.SYNC);
    }

    private void add(int id, PacketBytes... packets) throws IOException {
        WireBytes bytes = WireBytes.of().raw(PacketBytes.handshake(id));
        for (PacketBytes packet : packets) {
            bytes.raw(packet.bytes());
        }
        channels.add(
                new MultiFdChannel(
                        new WireInput(new MemorySource("fd" + id, bytes.bytes())), id, ram));
    }

    private List<String> pages() {
        return sink.lines().stream()
                .map(line -> line.replaceAll(".* a (0x\\w+) .*channel (\\d)", "$2:$1"))
                .toList();
    }

    @Test
    void everyEosSynchronisesAllChannels() throws IOException {
        add(3, zero(0x1000), sync(), zero(0x2000), sync(), zero(0x3000));
        add(1, zero(0x4000), sync(), sync());
        channels.onEos();
        assertEquals(List.of("3:0x1000", "1:0x4000"), pages());
        channels.onEos();
        assertEquals(List.of("3:0x2000"), pages());
        assertEquals(MultiFdChannels.Marker.EVERY_EOS, channels.marker());
        channels.readRest();
        assertEquals(List.of("3:0x3000"), pages());
    }

    @Test
    void flushRecordsSynchroniseInsteadIfThereAreAny() throws IOException {
        add(1, zero(0x1000), sync(), zero(0x2000), sync());
        channels.onFlush();
        channels.onEos();
        channels.onEos();
        assertEquals(List.of("1:0x1000"), pages());
        channels.onFlush();
        assertEquals(List.of("1:0x2000"), pages());
        assertEquals(MultiFdChannels.Marker.FLUSH_RECORD, channels.marker());
    }

    @Test
    void everyMarkerNeedsASyncOnEveryChannel() throws IOException {
        add(1, sync(), sync());
        add(2, sync(), zero(0x1000));
        channels.onEos();
        StreamException e = assertThrows(TruncatedStreamException.class, channels::onEos);
        assertEquals(
                "multifd channel id 2: expected SYNC packet number 2, the channel ends after 1",
                e.problem());
        assertEquals("fd2", e.at().source());
        assertEquals(64 + 2 * 1344, e.at().offset());
    }

    @Test
    void idsAreUnique() throws IOException {
        add(1, sync());
        add(0, sync());
        StreamException e = assertThrows(MalformedStreamException.class, () -> add(1, sync()));
        assertEquals("multifd channel id 1: already taken by channel 1", e.problem());
        assertEquals(24, e.at().offset());
    }

    @Test
    void withoutChannelsMarkersMeanNothing() throws IOException {
        channels.onEos();
        channels.onFlush();
        channels.readRest();
        assertEquals(List.of(), pages());
    }
}
