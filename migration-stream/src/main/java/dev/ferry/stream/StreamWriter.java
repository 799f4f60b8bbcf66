package dev.ferry.stream;

import dev.ferry.stream.io.WireOutput;
import dev.ferry.stream.item.CommandId;
import dev.ferry.stream.item.ConfigurationSubsection;
import dev.ferry.stream.item.SectionType;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.item.Tag;
import dev.ferry.stream.postcopy.CommandEncoder;
import dev.ferry.stream.postcopy.CommandPayload;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
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

    /** Command's tag, id and length, and the package's length. */
    private static final int PACKAGED_HEAD = 1 + 2 + 2 + 4;

    private static final long MAX_U32 = 0xffffffffL;

    private final boolean footers;
    private final Deque<OpenPackage> packages = new ArrayDeque<>();
    private WireOutput out;
    private long open = -1;

    /** A package being written. */
    private record OpenPackage(WireOutput outer, PackageBuffer content) {}

    /**
     * @param footers whether sections end in footers: always, but for very old machine types
     */
    public StreamWriter(WireOutput out, boolean footers) {
        this.out = out;
        this.footers = footers;
    }

    /** Where bodies go: in a package it is another than outside. */
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
        List<ConfigurationSubsection> subsections = new ArrayList<>();
        if (configuration.targetPageBits().isPresent()) {
            subsections.add(
                    new ConfigurationSubsection.TargetPageBits(
                            configuration.targetPageBits().getAsInt()));
        }
        if (!configuration.capabilities().isEmpty()) {
            subsections.add(new ConfigurationSubsection.Capabilities(configuration.capabilities()));
        }
        if (configuration.uuid().isPresent()) {
            subsections.add(new ConfigurationSubsection.Uuid(configuration.uuid().get()));
        }
        configuration(configuration.machine(), subsections);
    }

    /** Writes a configuration section with these subsections, as they come. */
    public void configuration(String machineName, List<ConfigurationSubsection> subsections)
            throws IOException {
        out.u8(Tag.QEMU_VM_CONFIGURATION);
        byte[] machine = machineName.getBytes(StandardCharsets.ISO_8859_1);
        out.u32(machine.length);
        out.bytes(machine);
        for (ConfigurationSubsection subsection : subsections) {
            subsection(subsection);
        }
    }

    private void subsection(ConfigurationSubsection subsection) throws IOException {
        out.u8(Tag.QEMU_VM_SUBSECTION);
        out.str8(subsection.name());
        out.u32(1);
        switch (subsection) {
            case ConfigurationSubsection.TargetPageBits bits -> out.u32(bits.bits());
            case ConfigurationSubsection.Capabilities capabilities -> {
                out.u32(capabilities.names().size());
                for (String name : capabilities.names()) {
                    out.str8(name);
                }
            }
            case ConfigurationSubsection.Uuid(UUID uuid) -> {
                out.u64(uuid.getMostSignificantBits());
                out.u64(uuid.getLeastSignificantBits());
            }
        }
    }

    /**
     * Begins a section.
     *
     * @param id section id, u32
     * @param name idstr; PART and END do not have it on the wire, nor the two after it
     * @param instance instance id, u32
     * @param version of the section, u32
     * @throws IllegalArgumentException if a number does not fit, or the name is empty or longer
     *     than 255 bytes
     */
    public void begin(SectionType type, long id, String name, long instance, long version)
            throws IOException {
        if (open >= 0) {
            throw new IllegalStateException("section " + open + " was not ended");
        }
        u32("section id", id);
        if (type.named()) {
            u32("instance id", instance);
            u32("section version", version);
            if (name.isEmpty() || name.length() > 255) {
                throw new IllegalArgumentException(
                        "a section name of " + name.length() + " bytes: 1 to 255 fit");
            }
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

    private static void u32(String what, long value) {
        if (value < 0 || value > MAX_U32) {
            throw new IllegalArgumentException(what + " " + value + " does not fit 32 bits");
        }
    }

    /** Ends the section that was begun. */
    public void end() throws IOException {
        end(footers);
    }

    /** Ends the section that was begun, with a footer or without. */
    void end(boolean footer) throws IOException {
        if (open < 0) {
            throw new IllegalStateException("no section was begun");
        }
        if (footer) {
            out.u8(Tag.QEMU_VM_SECTION_FOOTER);
            out.u32(open);
        }
        open = -1;
    }

    /** The section that was begun is not ended here: what follows it is written as it was. */
    void leaveOpen() {
        open = -1;
    }

    /**
     * Writes a command that is no PACKAGED, which {@link #beginPackage} is for.
     *
     * @throws IllegalArgumentException if the command cannot have this payload
     */
    public void command(CommandId id, CommandPayload payload) throws IOException {
        if (id == CommandId.PACKAGED) {
            throw new IllegalArgumentException("command PACKAGED has a package");
        }
        command(id, CommandEncoder.encode(id, payload));
    }

    /**
     * Writes a command.
     *
     * @param payload as it is on the wire; for PACKAGED the four bytes of length, and whoever
     *     writes that must write the package behind it
     */
    public void command(CommandId id, ByteBuffer payload) throws IOException {
        if (open >= 0) {
            throw new IllegalStateException("a command inside section " + open);
        }
        out.u8(Tag.QEMU_VM_COMMAND);
        out.u16(id.code());
        out.u16(payload.remaining());
        out.bytes(payload.duplicate());
    }

    /**
     * Begins a PACKAGED command. What is written from here on is the package; {@link #out()}
     * changes.
     */
    public void beginPackage() throws IOException {
        if (open >= 0) {
            throw new IllegalStateException("a package inside section " + open);
        }
        PackageBuffer content = new PackageBuffer();
        packages.push(new OpenPackage(out, content));
        out = new WireOutput(content, out.offset() + PACKAGED_HEAD);
    }

    /**
     * Ends the package that was begun last, and writes the command with it.
     *
     * @throws IllegalArgumentException if it is longer than a PACKAGED command can tell
     */
    public void endPackage() throws IOException {
        endPackage(-1);
    }

    /**
     * As the other one.
     *
     * @param declared what the command says of its length although there may be less; -1 for what
     *     there is
     */
    void endPackage(long declared) throws IOException {
        OpenPackage ended = packages.pop();
        out.flush();
        out = ended.outer();
        try (PackageBuffer content = ended.content()) {
            long length = declared < 0 ? content.length() : declared;
            command(
                    CommandId.PACKAGED,
                    CommandEncoder.encode(CommandId.PACKAGED, new CommandPayload.Packaged(length)));
            content.copyTo(out);
        }
    }

    /** How many packages were begun and not ended. */
    int depth() {
        return packages.size();
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
