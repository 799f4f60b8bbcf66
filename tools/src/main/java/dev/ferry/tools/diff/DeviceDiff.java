package dev.ferry.tools.diff;

import dev.ferry.stream.item.SectionBody;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.vmstate.DeviceState;
import dev.ferry.stream.vmstate.StateComparison;
import dev.ferry.stream.vmstate.VmStateValue;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Compares devices by name and instance, and their states by field. */
final class DeviceDiff {

    private final Side a;
    private final Side b;
    private final DiffReport report;
    private final Counts counts;

    DeviceDiff(Side a, Side b, DiffReport report, Counts counts) {
        this.a = a;
        this.b = b;
        this.report = report;
        this.counts = counts;
    }

    void compare() throws IOException {
        Set<Side.Key> all = new LinkedHashSet<>(a.devices().keySet());
        all.addAll(b.devices().keySet());
        for (Side.Key key : all) {
            device(key, a.devices().get(key), b.devices().get(key));
        }
        report.endDevices();
        live();
    }

    private void device(
            Side.Key key, StreamItem.@Nullable Section here, StreamItem.@Nullable Section there)
            throws IOException {
        if (here == null || there == null) {
            counts.device();
            report.device(
                    key, here == null ? -1 : here.version(), there == null ? -1 : there.version());
            report.endDevice();
            return;
        }
        Opened fields = new Opened(key, here.version(), there.version());
        if (here.version() != there.version()) {
            fields.open();
        }
        StateComparison.compare(state(a, here).root(), state(b, there).root(), fields);
        if (fields.sink != null) {
            report.endDevice();
        }
    }

    private static DeviceState state(Side side, StreamItem.Section section) throws IOException {
        try {
            return ((SectionBody.Device) section.body()).state();
        } catch (IOException e) {
            throw new SideException(side.letter(), e);
        }
    }

    /** Tells about a device when its first difference comes. */
    private final class Opened implements StateComparison.Sink {
        private final Side.Key key;
        private final long here;
        private final long there;
        private StateComparison.@Nullable Sink sink;

        Opened(Side.Key key, long here, long there) {
            this.key = key;
            this.here = here;
            this.there = there;
        }

        StateComparison.Sink open() throws IOException {
            StateComparison.Sink opened = sink;
            if (opened == null) {
                counts.device();
                opened = report.device(key, here, there);
                sink = opened;
            }
            return opened;
        }

        @Override
        public void differs(
                String path, @Nullable VmStateValue valueA, @Nullable VmStateValue valueB)
                throws IOException {
            counts.field();
            open().differs(path, valueA, valueB);
        }
    }

    private void live() throws IOException {
        Set<Side.Key> all = new LinkedHashSet<>(a.live().keySet());
        all.addAll(b.live().keySet());
        for (Side.Key key : all) {
            @Nullable LiveContent here = a.live().get(key);
            @Nullable LiveContent there = b.live().get(key);
            if (here == null || !here.same(there)) {
                counts.device();
                report.live(key, here, there);
            }
        }
        report.endLive();
    }
}
