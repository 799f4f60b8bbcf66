package dev.ferry.stream.item;

import dev.ferry.stream.postcopy.CommandPayload;
import dev.ferry.stream.vmstate.DescriptionIndex;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;

/**
 * One top-level item of a migration, in stream order. Items inside a PACKAGED command come after it
 * with a greater {@link #depth()}.
 */
public sealed interface StreamItem {

    /** The recorded channel it came on; 0 is the main one. */
    int channel();

    /** Byte offset of its first byte in that channel. */
    long at();

    /** How many PACKAGED commands enclose it. */
    default int depth() {
        return 0;
    }

    /**
     * The stream's first 8 bytes.
     *
     * @param version always 3
     */
    record Header(int channel, long at, int version) implements StreamItem {}

    /**
     * The configuration section. Its layout is QEMU migration/savevm.c, vmstate_configuration.
     *
     * @param length bytes, tag included
     * @param machine the machine type's name
     * @param capabilities those that the stream must tell: x-ignore-shared, mapped-ram
     * @param uuid the source VM's, with capability validate-uuid
     * @param targetPageBits log2 of the target page size, where it is not the target's smallest
     */
    record Configuration(
            int channel,
            long at,
            long length,
            String machine,
            List<String> capabilities,
            Optional<UUID> uuid,
            OptionalInt targetPageBits)
            implements StreamItem {

        public Configuration {
            capabilities = List.copyOf(capabilities);
        }
    }

    /**
     * A whole section, footer included.
     *
     * @param id section id, unsigned
     * @param name QEMU's idstr
     * @param instance instance id, unsigned
     * @param version of the section
     * @param length bytes from the tag to the end of the footer
     * @param body what it held
     * @param footer whether it ended in a footer
     */
    record Section(
            int channel,
            long at,
            int depth,
            SectionType type,
            long id,
            String name,
            long instance,
            long version,
            long length,
            SectionBody body,
            boolean footer)
            implements StreamItem {

        /** Offset of the body's first byte in the channel. */
        public long bodyAt() {
            return at + 1 + 4 + (type.named() ? 1 + name.length() + 4 + 4 : 0);
        }

        /** Bytes of the body, without the footer. */
        public long bodyLength() {
            return length - (bodyAt() - at) - (footer ? 1 + 4 : 0);
        }
    }

    /**
     * A command.
     *
     * @param id which
     * @param length payload bytes
     * @param raw the payload as it is, read-only; for PACKAGED the four length bytes
     * @param payload the payload understood
     */
    record Command(
            int channel,
            long at,
            int depth,
            CommandId id,
            int length,
            ByteBuffer raw,
            CommandPayload payload)
            implements StreamItem {}

    /** The end mark. */
    record Eof(int channel, long at) implements StreamItem {}

    /**
     * The device description behind the end mark.
     *
     * @param length bytes of JSON
     * @param index what is in it; {@link DescriptionIndex#parse()} gives all of it
     */
    record Description(int channel, long at, long length, DescriptionIndex index)
            implements StreamItem {}

    /**
     * Bytes behind the stream's end that belong to no item.
     *
     * @param length how many, or -1 if that is not known
     */
    record Trailing(int channel, long at, long length) implements StreamItem {}

    /**
     * Where knowledge ends: a section that no layout describes. Reading goes on at {@code
     * resumesAt} if a footer or something enclosing told where that is, else the channel is not
     * read any further.
     *
     * @param what the section, as in messages
     * @param reason why it cannot be read
     * @param resumesAt offset where reading goes on, or -1
     */
    record Unreadable(int channel, long at, int depth, String what, String reason, long resumesAt)
            implements StreamItem {}
}
