package dev.ferry.stream.edit;

import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.postcopy.CommandPayload;
import dev.ferry.stream.ram.MappedRamHeader;
import dev.ferry.stream.ram.RamBlock;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** RAM blocks that get other names, in the block list and wherever else they are named. */
final class BlockRenames {

    /** Where in a multifd packet the name is, and its length. */
    private static final int PACKET_NAME_AT = 64;

    private static final int PACKET_NAME_BYTES = 256;

    /** Where the payload's length is in a command, and where its payload begins. */
    private static final int COMMAND_LENGTH_AT = 1 + 2;

    private static final int COMMAND_HEADER = COMMAND_LENGTH_AT + 2;

    /** What is replaced by the same bytes: names in records, in packets, lengths of commands. */
    private enum Kind {
        NAME,
        PACKET_NAME,
        COMMAND_LENGTH
    }

    private record Key(Kind kind, int channel, String block, int length) {}

    private final EditPlanner plan;
    private final Map<String, String> names;
    private final Map<Key, SpliceSeries> places = new LinkedHashMap<>();
    private List<RamBlock> blocks = List.of();
    private boolean tooLong;

    BlockRenames(EditPlanner plan, Map<String, String> names) {
        this.plan = plan;
        this.names = names;
    }

    boolean isEmpty() {
        return names.isEmpty();
    }

    void blockList(int channel, long at, List<RamBlock> list) {
        blocks = list;
        long entry = at + Long.BYTES;
        for (RamBlock block : list) {
            long extras =
                    8L
                            + (block.hostPageSize() != 0 ? Long.BYTES : 0)
                            + (block.guestAddress().isPresent() ? Long.BYTES : 0);
            MappedRamHeader header = block.mapped();
            if (header != null) {
                // Its pages lie between two entries.
                entry = header.at() - extras - block.id().length() - 1;
            }
            blockName(channel, entry, block.id());
            entry += 1L + block.id().length() + extras;
        }
    }

    /** A name in a page record or in the list, from its length byte on. */
    void blockName(int channel, long at, String id) {
        String to = names.get(id);
        if (to != null) {
            Key key = new Key(Kind.NAME, channel, id, 0);
            SpliceSeries series = places.get(key);
            if (series == null) {
                series = add(key, counted(to));
            }
            series.add(at, 1 + id.length());
        }
    }

    /** A multifd packet that names a block, be it an old one that nothing follows. */
    void packet(int channel, long at, String id) {
        String to = names.get(id);
        if (to != null) {
            Key key = new Key(Kind.PACKET_NAME, channel, id, 0);
            SpliceSeries series = places.get(key);
            if (series == null) {
                series = add(key, Arrays.copyOf(latin1(to), PACKET_NAME_BYTES));
            }
            series.add(at + PACKET_NAME_AT, PACKET_NAME_BYTES);
        }
    }

    private SpliceSeries add(Key key, byte[] bytes) {
        SpliceSeries series = new SpliceSeries(bytes, "name of block '" + key.block + "'");
        places.put(key, series);
        return series;
    }

    void command(StreamItem.Command command) {
        if (command.payload() instanceof CommandPayload.Discard discard) {
            inCommand(command, discard.block(), 1);
        } else if (command.payload() instanceof CommandPayload.ReceivedBitmap bitmap) {
            inCommand(command, bitmap.block(), 0);
        }
    }

    private void inCommand(StreamItem.Command command, String id, int nameAt) {
        String to = names.get(id);
        if (to == null) {
            return;
        }
        int length = command.length() + to.length() - id.length();
        if (length > 0xffff) {
            tooLong = true;
            return;
        }
        if (length != command.length()) {
            Key key = new Key(Kind.COMMAND_LENGTH, command.channel(), id, length);
            SpliceSeries series = places.get(key);
            if (series == null) {
                series = add(key, new byte[] {(byte) (length >> 8), (byte) length});
            }
            series.add(command.at() + COMMAND_LENGTH_AT, 2);
        }
        blockName(command.channel(), command.at() + COMMAND_HEADER + nameAt, id);
    }

    private static byte[] counted(String name) {
        byte[] bytes = new byte[1 + name.length()];
        bytes[0] = (byte) name.length();
        System.arraycopy(latin1(name), 0, bytes, 1, name.length());
        return bytes;
    }

    private static byte[] latin1(String name) {
        return name.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Adds what changes to the plan. */
    void finish() throws EditException {
        List<String> ids = new ArrayList<>();
        for (RamBlock block : blocks) {
            ids.add(block.id());
        }
        for (String from : names.keySet()) {
            if (!ids.contains(from)) {
                throw new EditException("no block '" + from + "'" + Names.instead(from, ids));
            }
        }
        Set<String> after = new HashSet<>();
        for (String id : ids) {
            String to = names.get(id);
            if (!after.add(to == null ? id : to)) {
                throw new EditException(
                        "two blocks would be called '" + (to == null ? id : to) + "'");
            }
        }
        if (tooLong) {
            throw new EditException(
                    "the new name makes a command longer than the 65535 bytes it can have");
        }
        for (Map.Entry<Key, SpliceSeries> place : places.entrySet()) {
            plan.splices(place.getKey().channel()).add(place.getValue());
        }
    }
}
