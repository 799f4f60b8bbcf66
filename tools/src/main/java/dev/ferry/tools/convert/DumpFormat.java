package dev.ferry.tools.convert;

import dev.ferry.stream.Place;
import dev.ferry.stream.convert.SavedSection;
import dev.ferry.stream.convert.SavedVm;
import dev.ferry.stream.dump.ElfCoreWriter;
import dev.ferry.stream.dump.GuestDump;
import dev.ferry.stream.dump.GuestEvidence;
import dev.ferry.stream.dump.KdumpWriter;
import dev.ferry.stream.dump.LimeWriter;
import dev.ferry.stream.dump.RamAndRegistersWriter;
import dev.ferry.stream.dump.RawMemoryWriter;
import dev.ferry.tools.cli.UsageException;
import dev.ferry.tools.output.OutputFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import java.util.Locale;

/** Guest-physical memory for debuggers, forensics and fuzzers. */
final class DumpFormat implements Format {

    /** What is behind the memory file's name in that of the registers. */
    static final String REGISTERS = ".regs.json";

    private final ConvertOptions options;
    private final KdumpWriter.Compression compression;

    DumpFormat(ConvertOptions options) {
        this.options = options;
        this.compression = compression(options);
    }

    private static KdumpWriter.Compression compression(ConvertOptions options) {
        String name = options.variant();
        if (name == null || !options.format().equals("kdump")) {
            return KdumpWriter.Compression.ZLIB;
        }
        for (KdumpWriter.Compression each : KdumpWriter.Compression.values()) {
            if (each.name().toLowerCase(Locale.ROOT).equals(name)) {
                return each;
            }
        }
        throw new UsageException(
                "--to kdump: expected zlib, lzo, snappy, zstd or none, found '" + name + "'");
    }

    @Override
    public void write(Conversion conversion) throws IOException {
        SavedVm vm = conversion.vm();
        GuestEvidence evidence = new GuestEvidence();
        for (List<SavedSection> sections : List.of(vm.early(), vm.devices())) {
            for (SavedSection section : sections) {
                if (GuestEvidence.wants(section.name())) {
                    evidence.device(section.state());
                }
            }
        }
        GuestDump dump =
                GuestDump.of(
                        vm.machine(),
                        vm.pages(),
                        evidence,
                        vm.shared(),
                        new Place(conversion.input(), 0, "guest-physical memory"));
        write(dump, conversion.out());
        for (String sentence : dump.layout().evidence()) {
            conversion.report().evidence(sentence);
        }
    }

    private void write(GuestDump dump, OutputFiles out) throws IOException {
        switch (options.format()) {
            case "kdump" -> {
                if (options.flag("--flat") || !out.seekable()) {
                    KdumpWriter.writeFlat(dump, compression, out.channel());
                } else {
                    out.length(KdumpWriter.write(dump, compression, out.file()));
                }
            }
            case "elf" -> out.length(ElfCoreWriter.write(dump, out.file()));
            case "lime" -> out.length(LimeWriter.write(dump, out.file()));
            case "ram+regs" -> {
                FileChannel registers = out.further(REGISTERS);
                try (OutputStream json = Channels.newOutputStream(new Unclosed(registers))) {
                    out.length(RamAndRegistersWriter.write(dump, out.file(), json));
                }
            }
            default -> out.length(RawMemoryWriter.write(dump, out.file()));
        }
    }

    /** A file that stays open, to be committed. */
    private record Unclosed(FileChannel file) implements WritableByteChannel {

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            return file.write(bytes);
        }

        @Override
        public boolean isOpen() {
            return file.isOpen();
        }

        @Override
        public void close() {}
    }
}
