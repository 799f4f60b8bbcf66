package dev.ferry.tools.convert;

import dev.ferry.stream.convert.MappedRamFile;
import dev.ferry.stream.convert.SavedVm;
import dev.ferry.stream.convert.StreamTarget;
import dev.ferry.stream.convert.ZeroPages;
import dev.ferry.stream.io.WireOutput;
import dev.ferry.tools.cli.UsageException;
import java.nio.channels.FileChannel;

/** All output formats. */
final class Formats {

    private static final String[] NAMES = {
        "stream",
        "mapped-ram",
        "multifd",
        "libvirt[:raw|gzip|bzip2|xz|lzop|zstd|sparse]",
        "elf",
        "kdump[:zlib|lzo|snappy|zstd|none]",
        "lime",
        "raw",
        "ram+regs"
    };

    private Formats() {}

    /** The names, for messages. */
    static String names() {
        return String.join("|", NAMES);
    }

    /** The format that was asked for. */
    static Format of(ConvertOptions options) {
        boolean variants = options.format().equals("libvirt") || options.format().equals("kdump");
        if (options.variant() != null && !variants) {
            throw new UsageException(
                    "--to: expected "
                            + names()
                            + ", found '"
                            + options.format()
                            + ":"
                            + options.variant()
                            + "'");
        }
        return switch (options.format()) {
            case "stream" -> new StreamFormat(options);
            case "mapped-ram" -> mappedRam(options);
            case "libvirt" -> new SaveImageFormat(options);
            case "elf", "kdump", "lime", "raw", "ram+regs" -> new DumpFormat(options);
            case "multifd" -> new MultiFdFormat(options);
            default ->
                    throw new UsageException(
                            "--to: expected " + names() + ", found '" + options.format() + "'");
        };
    }

    private static Format mappedRam(ConvertOptions options) {
        ZeroPages zeroPages = options.zeroPagesOr(ZeroPages.MARK);
        return conversion -> {
            SavedVm vm = conversion.vm();
            FileChannel file = conversion.out().file();
            WireOutput wire = new WireOutput(file);
            StreamTarget.write(vm, wire, new MappedRamFile(vm.pages(), file, 0, zeroPages));
            wire.flush();
        };
    }
}
