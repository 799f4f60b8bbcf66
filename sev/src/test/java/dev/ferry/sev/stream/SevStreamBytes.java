package dev.ferry.sev.stream;

import dev.ferry.sev.SevException;
import dev.ferry.stream.StreamWriter;
import dev.ferry.stream.io.WireOutput;
import dev.ferry.stream.item.SectionType;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.stream.ram.RamFeatures;
import dev.ferry.stream.ram.RamSectionWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.util.List;
import java.util.OptionalLong;

/** A stream around the records of one RAM section. */
final class SevStreamBytes {

    static final RamBlock BLOCK = new RamBlock(0, "pc.ram", 0x10000, 0, OptionalLong.empty(), null);

    /** Writes records. */
    interface Records {
        void write(RamSectionWriter ram, WireOutput out) throws IOException, SevException;
    }

    private SevStreamBytes() {}

    static byte[] of(Records records) throws IOException, SevException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (WireOutput out = new WireOutput(Channels.newChannel(bytes))) {
            StreamWriter writer = new StreamWriter(out, true);
            writer.header();
            writer.configuration("pc-q35-6.1", List.of());
            RamSectionWriter ram = new RamSectionWriter(out, 4096);
            writer.begin(SectionType.START, 2, "ram", 0, 4);
            ram.blockList(List.of(BLOCK), RamFeatures.NONE);
            ram.eos();
            writer.end();
            writer.begin(SectionType.END, 2, "ram", 0, 4);
            records.write(ram, out);
            ram.eos();
            writer.end();
            writer.eof();
        }
        return bytes.toByteArray();
    }
}
