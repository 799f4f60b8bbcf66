package dev.ferry.stream;

import dev.ferry.stream.io.WireOutput;
import dev.ferry.stream.item.CommandId;
import dev.ferry.stream.item.SectionType;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.item.Tag;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;

/**
 * Writes the items of one main channel: the counterpart of {@link MigrationReader}.
 *
 * <pre>{@code
 * writer.header();
 * writer.configuration(configuration);
 * writer.begin(SectionType.START, 1, "ram", 0, 4);
 * ram.blockList(blocks, RamFeatures.NONE);
 * ram.eos();
 * writer.end();
 * ...
 * writer.eof();
 * writer.description(json);
 * }</pre>
 *
 * Bodies are written to {@link #out()} between {@link #begin} and {@link #end()}. Source: QEMU
 * migration/savevm.c, qemu_savevm_state_header and the functions behind it.
 */
public final class StreamWriter {

    private final WireOutput out;
    private final boolean footers;
    private long open = -1;

    /**
     * @param footers whether sections end in footers: always, but for very old machine types
     */
    public StreamWriter(WireOutput out, boolean footers) {
        this.out = out;
        this.footers = footers;
    }

    /** Where bodies go. */
    public WireOutput out() {
        return out;
    }

    /** Writes magic and version. */
    public void header() throws IOException {
        out.u32(Tag.QEMU_VM_FILE_MAGIC);
        out.u32(Tag.QEMU_VM_FILE_VERSION);
    }

    /**
     * Writes the configuration section with those of its subsections that have something to say.
     */
    public void configuration(StreamItem.Configuration configuration) throws IOException {
        out.u8(Tag.QEMU_VM_CONFIGURATION);
        byte[] machine = configuration.machine().getBytes(StandardCharsets.ISO_8859_1);
        out.u32(machine.length);
        out.bytes(machine);
        if (configuration.targetPageBits().isPresent()) {
            subsection("configuration/target-page-bits");
            out.u32(configuration.targetPageBits().getAsInt());
        }
        List<String> capabilities = configuration.capabilities();
        if (!capabilities.isEmpty()) {
            subsection("configuration/capabilities");
            out.u32(capabilities.size());
            for (String capability : capabilities) {
                out.str8(capability);
            }
        }
        if (configuration.uuid().isPresent()) {
            UUID uuid = configuration.uuid().get();
            subsection("configuration/uuid");
            out.u64(uuid.getMostSignificantBits());
            out.u64(uuid.getLeastSignificantBits());
        }
    }

    private void subsection(String name) throws IOException {
        out.u8(Tag.QEMU_VM_SUBSECTION);
        out.str8(name);
        out.u32(1);
    }

    /**
     * Begins a section.
     *
     * @param id section id, u32
     * @param name idstr; PART and END do not have it on the wire, nor the two after it
     * @param instance instance id, u32
     * @param version of the section, u32
     */
    public void begin(SectionType type, long id, String name, long instance, long version)
            throws IOException {
        if (open >= 0) {
            throw new IllegalStateException("section " + open + " was not ended");
        }
        open = id;
        out.u8(type.code());
        out.u32(id);
        if (type.named()) {
            out.str8(name);
            out.u32(instance);
            out.u32(version);
        }
    }

    /** Ends the section that was begun. */
    public void end() throws IOException {
        if (open < 0) {
            throw new IllegalStateException("no section was begun");
        }
        if (footers) {
            out.u8(Tag.QEMU_VM_SECTION_FOOTER);
            out.u32(open);
        }
        open = -1;
    }

    /**
     * Writes a command.
     *
     * @param payload as it is on the wire; for PACKAGED the four bytes of length, and the package
     *     is written behind
     */
    public void command(CommandId id, ByteBuffer payload) throws IOException {
        out.u8(Tag.QEMU_VM_COMMAND);
        out.u16(id.code());
        out.u16(payload.remaining());
        out.bytes(payload.duplicate());
    }

    /** Writes the end mark. */
    public void eof() throws IOException {
        out.u8(Tag.QEMU_VM_EOF);
    }

    /** Writes the device description behind the end mark. */
    public void description(byte[] json) throws IOException {
        out.u8(Tag.QEMU_VM_VMDESCRIPTION);
        out.u32(json.length);
        out.bytes(json);
    }
}
