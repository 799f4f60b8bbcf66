package dev.ferry.tools.diff;

import dev.ferry.stream.item.StreamItem;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Compares what is said of the VM as a whole, and how the two were sent. The latter differs between
 * two containers of one VM: it is worth a notice and no more.
 */
final class StreamDiff {

    private final Side a;
    private final Side b;
    private final DiffReport report;
    private final Counts counts;
    private final List<String> notices;

    StreamDiff(Side a, Side b, DiffReport report, Counts counts, List<String> notices) {
        this.a = a;
        this.b = b;
        this.report = report;
        this.counts = counts;
        this.notices = notices;
    }

    /**
     * Machine, UUID and page size.
     *
     * @param whole whether they count; else only parts of the VMs are compared
     */
    void facts(boolean whole) throws IOException {
        fact("machine", a.machine(), b.machine(), whole);
        fact("uuid", uuid(a), uuid(b), whole);
        fact("page size", pageSize(a), pageSize(b), whole);
        capabilities();
    }

    private void fact(String what, @Nullable String here, @Nullable String there, boolean counted)
            throws IOException {
        if (here != null && there != null) {
            if (!here.equals(there) && counted) {
                counts.stream();
                report.stream(what, here, there);
            } else if (!here.equals(there)) {
                notices.add(what + ": A " + here + ", B " + there);
            }
        } else if (here != null || there != null) {
            notices.add(
                    here != null
                            ? what + ": told by A only, " + here
                            : what + ": told by B only, " + there);
        }
    }

    private static @Nullable String uuid(Side side) {
        return side.reader()
                .configuration()
                .flatMap(StreamItem.Configuration::uuid)
                .map(UUID::toString)
                .orElse(null);
    }

    private static @Nullable String pageSize(Side side) {
        int bytes = side.ram().pageSize();
        return bytes == 0 ? null : Integer.toString(bytes);
    }

    private void capabilities() {
        Optional<StreamItem.Configuration> here = a.reader().configuration();
        Optional<StreamItem.Configuration> there = b.reader().configuration();
        if (here.isPresent() && there.isPresent()) {
            Set<String> both = new HashSet<>(here.get().capabilities());
            both.retainAll(there.get().capabilities());
            only("A", here.get().capabilities(), both);
            only("B", there.get().capabilities(), both);
        }
    }

    private void only(String side, List<String> capabilities, Set<String> both) {
        for (String capability : capabilities) {
            if (!both.contains(capability)) {
                notices.add("capability " + capability + ": " + side + " only");
            }
        }
    }

    /** Ids and order of the device sections. */
    void sections() {
        long otherIds = 0;
        List<Side.Key> here = new ArrayList<>();
        for (Side.Key key : a.devices().keySet()) {
            StreamItem.Section there = b.devices().get(key);
            if (there != null) {
                here.add(key);
                StreamItem.Section one = a.devices().get(key);
                otherIds += one != null && one.id() != there.id() ? 1 : 0;
            }
        }
        if (otherIds > 0) {
            notices.add("section ids differ, of " + otherIds + " devices");
        }
        Iterator<Side.Key> order = here.iterator();
        for (Side.Key key : b.devices().keySet()) {
            if (!a.devices().containsKey(key)) {
                continue;
            }
            Side.Key expected = order.next();
            if (!expected.equals(key)) {
                notices.add(
                        "devices come in another order: after the same beginning A has "
                                + expected
                                + ", B "
                                + key);
                return;
            }
        }
    }
}
