package dev.ferry.stream;

import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.item.ConfigurationSubsection;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.item.Tag;
import dev.ferry.stream.ram.RamState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;

/**
 * The configuration section, behind its tag.
 *
 * <pre>
 *  u32 n, byte[n]                                          machine name
 *  { u8 0x05, str8 name, u32 version, body }*
 *     configuration/target-page-bits  u32 log2 of the page size
 *     configuration/capabilities      u32 n, n str8
 *     configuration/uuid              byte[16]
 * </pre>
 *
 * Source: QEMU migration/savevm.c, vmstate_configuration.
 */
final class ConfigurationReader {

    private static final int NAME_LIMIT = 4096;
    private static final int CAPABILITIES_LIMIT = 256;

    /** There are three kinds. */
    private static final int SUBSECTIONS_LIMIT = 16;

    private final StreamListener listener;
    private final int channel;
    private OptionalInt pageBits = OptionalInt.empty();
    private List<String> capabilities = List.of();
    private Optional<UUID> uuid = Optional.empty();

    private ConfigurationReader(StreamListener listener, int channel) {
        this.listener = listener;
        this.channel = channel;
    }

    static StreamItem.Configuration read(
            WireInput in, int channel, long at, StreamListener listener) throws IOException {
        return new ConfigurationReader(listener, channel).body(in, at);
    }

    private StreamItem.Configuration body(WireInput in, long at) throws IOException {
        in.enter("configuration");
        int length = in.length32(NAME_LIMIT, "machine name's length");
        String machine = in.string(length, "machine name");
        int subsections = 0;
        while (in.peek(0) == Tag.QEMU_VM_SUBSECTION) {
            if (++subsections > SUBSECTIONS_LIMIT) {
                throw in.exceeds(
                        in.offset(),
                        "subsections of the configuration",
                        subsections,
                        SUBSECTIONS_LIMIT);
            }
            subsection(in);
        }
        in.leave();
        return new StreamItem.Configuration(
                channel, at, in.offset() - at, machine, capabilities, uuid, pageBits);
    }

    private void subsection(WireInput in) throws IOException {
        long at = in.offset();
        in.u8("subsection tag");
        String name = in.str8("subsection name");
        long version = in.u32("subsection version");
        in.enter("subsection '" + name + "'");
        if (version != 1) {
            throw in.unsupported(at, "subsection version: expected 1, found " + version);
        }
        switch (name) {
            case "configuration/target-page-bits" -> {
                int bits = pageBits(in);
                pageBits = OptionalInt.of(bits);
                listener.configuration(
                        channel, at, new ConfigurationSubsection.TargetPageBits(bits));
            }
            case "configuration/capabilities" -> {
                capabilities = capabilities(in);
                listener.configuration(
                        channel, at, new ConfigurationSubsection.Capabilities(capabilities));
            }
            case "configuration/uuid" -> {
                UUID value = new UUID(in.u64("uuid"), in.u64("uuid"));
                uuid = Optional.of(value);
                listener.configuration(channel, at, new ConfigurationSubsection.Uuid(value));
            }
            default ->
                    throw in.unsupported(
                            at,
                            "configuration subsection: expected target-page-bits, capabilities or uuid, found '"
                                    + name
                                    + "'");
        }
        in.leave();
    }

    private static int pageBits(WireInput in) throws IOException {
        long at = in.offset();
        long bits = in.u32("target page bits");
        if (bits > 16 || !RamState.possiblePageSize(1L << bits)) {
            throw in.malformed(at, "target page bits: expected 8 to 16, found " + bits);
        }
        return (int) bits;
    }

    private static List<String> capabilities(WireInput in) throws IOException {
        int count = in.length32(CAPABILITIES_LIMIT, "number of capabilities");
        List<String> names = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            names.add(in.str8("capability"));
        }
        return names;
    }
}
