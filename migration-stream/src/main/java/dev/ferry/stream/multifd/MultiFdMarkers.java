package dev.ferry.stream.multifd;

import dev.ferry.stream.io.WireOutput;
import dev.ferry.stream.item.SectionType;
import dev.ferry.stream.multifd.MultiFdChannels.Marker;
import dev.ferry.stream.ram.RamSectionWriter;
import java.io.IOException;

/**
 * Ends the bodies of the {@code ram} sections on the main channel of a migration with multifd, with
 * one marker there for one SYNC on every channel. Pages are between the body of START and that of
 * END, in any number of PARTs.
 *
 * <pre>
 *  body    every EOS      FLUSH record
 *  START   SYNCs, EOS     SYNCs, MULTIFD_FLUSH, EOS
 *  PART    SYNCs, EOS     EOS
 *  END     SYNCs, EOS     SYNCs, MULTIFD_FLUSH, EOS
 * </pre>
 *
 * Source: QEMU migration/ram.c, ram_save_setup, ram_save_iterate and ram_save_complete.
 */
public final class MultiFdMarkers {

    private final Marker marker;
    private final MultiFdWriter channels;
    private final RamSectionWriter ram;
    private final WireOutput main;

    /**
     * @param marker EVERY_EOS or FLUSH_RECORD; see {@link MultiFdStyle}
     * @param ram writes records to {@code main}
     */
    public MultiFdMarkers(
            Marker marker, MultiFdWriter channels, RamSectionWriter ram, WireOutput main) {
        if (marker == Marker.UNDECIDED) {
            throw new IllegalArgumentException("markers of no kind");
        }
        this.marker = marker;
        this.channels = channels;
        this.ram = ram;
        this.main = main;
    }

    /** Ends the body of a section; of {@code type} START, PART or END. */
    public void endBody(SectionType type) throws IOException {
        switch (type) {
            case START, END -> {
                channels.sync();
                if (marker == Marker.FLUSH_RECORD) {
                    ram.flush();
                }
            }
            case PART -> {
                if (marker == Marker.EVERY_EOS) {
                    channels.sync();
                }
            }
            case FULL -> throw new IllegalArgumentException("RAM is never a FULL section");
        }
        ram.eos();
        // While a marker waited in our buffer, nobody would read the channels.
        main.flush();
    }
}
