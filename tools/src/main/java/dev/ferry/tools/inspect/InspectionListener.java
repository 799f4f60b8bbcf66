package dev.ferry.tools.inspect;

import dev.ferry.stream.item.SectionBody;
import dev.ferry.stream.item.StreamItem;
import java.io.IOException;

/** Shown items as they are read, for listings that no memory should have to hold. */
interface InspectionListener {

    /** A section of any kind; {@code pages} guest pages came in it. */
    void section(StreamItem.Section section, long pages) throws IOException;

    /** A command. */
    void command(StreamItem.Command command) throws IOException;

    /** A device section's content; {@link #section} was told before. */
    void device(StreamItem.Section section, SectionBody.Device device) throws IOException;

    /** Is shown nothing. */
    InspectionListener NONE =
            new InspectionListener() {
                @Override
                public void section(StreamItem.Section section, long pages) {}

                @Override
                public void command(StreamItem.Command command) {}

                @Override
                public void device(StreamItem.Section section, SectionBody.Device device) {}
            };
}
