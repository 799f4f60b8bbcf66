package dev.ferry.stream.edit;

import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.postcopy.CommandPayload;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** PACKAGED commands, whose lengths follow what changes in their packages. */
final class Packages {

    /** A migration has one. */
    private static final int KEPT = 1 << 16;

    /** Where the package's length is in the command, and where the package begins. */
    private static final int LENGTH_AT = 1 + 2 + 2;

    private static final int PACKAGE_AT = LENGTH_AT + 4;

    private record Pack(int channel, long at, long length) {}

    private final List<Pack> packages = new ArrayList<>();
    private boolean full;

    void command(StreamItem.Command command) {
        if (command.payload() instanceof CommandPayload.Packaged packaged) {
            if (packages.size() < KEPT) {
                packages.add(new Pack(command.channel(), command.at(), packaged.length()));
            } else {
                full = true;
            }
        }
    }

    /** Whether some package ends at {@code offset} of {@code channel}. */
    boolean endsAt(int channel, long offset) {
        for (Pack each : packages) {
            if (each.channel == channel && each.at + PACKAGE_AT + each.length == offset) {
                return true;
            }
        }
        return false;
    }

    /** Adds the new lengths to {@code plan}, which has all else that changes in packages. */
    void finish(EditPlanner plan) throws EditException {
        for (int channel : plan.editedChannels()) {
            finish(channel, plan.splices(channel));
        }
    }

    private void finish(int channel, Splices splices) throws EditException {
        List<Pack> here = new ArrayList<>();
        for (Pack each : packages) {
            if (each.channel == channel) {
                here.add(each);
            }
        }
        if (here.isEmpty()) {
            return;
        }
        if (full) {
            throw new EditException("there are more than " + KEPT + " packages");
        }
        long[] ends = new long[2 * here.size()];
        for (int i = 0; i < here.size(); i++) {
            ends[2 * i] = here.get(i).at + PACKAGE_AT;
            ends[2 * i + 1] = here.get(i).at + PACKAGE_AT + here.get(i).length;
        }
        Arrays.sort(ends);
        long[] growth = splices.growthBefore(ends);
        for (Pack each : here) {
            long from = growth[Arrays.binarySearch(ends, each.at + PACKAGE_AT)];
            long to = growth[Arrays.binarySearch(ends, each.at + PACKAGE_AT + each.length)];
            if (to == from) {
                continue;
            }
            long length = each.length + to - from;
            if (length > 0xffff_ffffL) {
                throw new EditException("a package would become longer than 4 GiB");
            }
            splices.replace(
                    each.at + LENGTH_AT,
                    4,
                    ByteBuffer.allocate(4).putInt((int) length).array(),
                    "package length");
        }
    }
}
