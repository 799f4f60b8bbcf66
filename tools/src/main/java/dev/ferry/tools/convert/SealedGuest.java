package dev.ferry.tools.convert;

import dev.ferry.sev.stream.SevSummary;
import dev.ferry.stream.MigrationReader;
import dev.ferry.stream.Place;
import dev.ferry.stream.UnsupportedStreamException;
import dev.ferry.stream.container.Container;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.io.WireOutput;
import dev.ferry.stream.item.SectionBody;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.ram.PageSink;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.tools.input.RereadableInput;
import dev.ferry.tools.inspect.GlobalState;
import java.io.IOException;
import java.util.List;

/**
 * An SEV guest of which nobody has the key: its stream goes into another container as it is, read
 * through once so that nothing broken is passed on.
 */
final class SealedGuest {

    private final RereadableInput input;
    private final SevSummary sev;
    private final String machine;
    private final List<RamBlock> blocks;
    private final long devices;
    private final boolean running;

    private SealedGuest(
            RereadableInput input,
            SevSummary sev,
            String machine,
            List<RamBlock> blocks,
            long devices,
            boolean running) {
        this.input = input;
        this.sev = sev;
        this.machine = machine;
        this.blocks = blocks;
        this.devices = devices;
        this.running = running;
    }

    /**
     * Reads all of it.
     *
     * @throws UnsupportedStreamException if there is something that cannot be read
     */
    static SealedGuest read(RereadableInput input, SevSummary sev) throws IOException {
        long devices = 0;
        boolean running = true;
        try (MigrationReader reader = input.open(PageSink.NONE)) {
            for (StreamItem item = reader.next(); item != null; item = reader.next()) {
                if (item instanceof StreamItem.Unreadable what) {
                    throw new UnsupportedStreamException(
                            what.reason(), new Place(input.files().main(), what.at(), what.what()));
                }
                if (item instanceof StreamItem.Section section
                        && section.body() instanceof SectionBody.Device device) {
                    devices++;
                    if (section.name().equals(GlobalState.SECTION)) {
                        GlobalState state = GlobalState.of(device.state().root());
                        running = state == null || state.runstate().equals("running");
                    }
                }
            }
            input.endProgress();
            return new SealedGuest(
                    input,
                    sev,
                    reader.configuration().map(StreamItem.Configuration::machine).orElse(""),
                    reader.ram().blocks(),
                    devices,
                    running);
        }
    }

    Container container() {
        return input.container();
    }

    String machine() {
        return machine;
    }

    List<RamBlock> blocks() {
        return blocks;
    }

    /** How many sections of devices there are. */
    long devices() {
        return devices;
    }

    long encryptedPages() {
        return sev.encryptedPages();
    }

    /** Whether the guest was running when it was saved. */
    boolean running() {
        return running;
    }

    /** The stream, byte for byte. */
    void copy(WireOutput out) throws IOException {
        // The input's own, which it closes.
        WireInput in = new WireInput(input.channel(0));
        in.copyRest(out);
        out.flush();
    }
}
