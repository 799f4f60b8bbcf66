package dev.ferry.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.stream.item.SectionBody;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.junit.FixtureSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;

class FixtureItemsTest {

    @ParameterizedTest
    @FixtureSource
    void everySectionOfEveryCaptureIsUnderstood(Fixture fixture) throws IOException {
        List<String> notUnderstood = new ArrayList<>();
        int devices = 0;
        int ends = 0;
        try (MigrationReader reader = Recordings.open(fixture, ReaderOptions.DEFAULT)) {
            for (StreamItem item = reader.next(); item != null; item = reader.next()) {
                switch (item) {
                    case StreamItem.Unreadable unreadable ->
                            notUnderstood.add(unreadable.what() + ": " + unreadable.reason());
                    case StreamItem.Trailing trailing ->
                            notUnderstood.add("trailing bytes at " + trailing.at());
                    case StreamItem.Section section -> {
                        if (section.body() instanceof SectionBody.Device device) {
                            assertEquals(device.length(), device.state().length());
                            devices++;
                        }
                    }
                    case StreamItem.Eof eof -> ends++;
                    case StreamItem.Command c -> assertTrue(c.length() >= 0);
                    case StreamItem.Configuration c -> assertFalse(c.machine().isEmpty());
                    case StreamItem.Description d -> assertFalse(d.index().entries().isEmpty());
                    case StreamItem.Header h -> assertEquals(3, h.version());
                }
            }
            assertEquals(List.of(), reader.findings().list());
            assertEquals(fixture.targetPageSize(), reader.ram().pageSize());
        }
        assertEquals(List.of(), notUnderstood);
        assertEquals(1, ends);
        assertTrue(devices > 0);
    }
}
