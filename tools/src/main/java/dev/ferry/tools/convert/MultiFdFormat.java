package dev.ferry.tools.convert;

import dev.ferry.stream.container.LibvirtSaveImage;
import dev.ferry.stream.convert.MultiFdPages;
import dev.ferry.stream.convert.SavedVm;
import dev.ferry.stream.convert.StreamTarget;
import dev.ferry.stream.convert.ZeroPages;
import dev.ferry.stream.io.WireOutput;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.multifd.MultiFdCompression;
import dev.ferry.stream.multifd.MultiFdHandshake;
import dev.ferry.stream.multifd.MultiFdOptions;
import dev.ferry.stream.multifd.MultiFdStyle;
import dev.ferry.tools.cli.UsageException;
import dev.ferry.tools.inspect.DomainXml;
import dev.ferry.tools.output.OutputFiles;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A recorded multifd migration: the main channel, and beside it one file for each further channel
 * in the order of their ids.
 */
final class MultiFdFormat implements Format {

    private static final int MOST_CHANNELS = 255;

    private final ZeroPages zeroPages;
    private final int channels;
    private final MultiFdCompression compression;
    private final @Nullable Integer level;
    private final @Nullable UUID uuid;
    private final @Nullable QemuVersion qemu;

    MultiFdFormat(ConvertOptions options) {
        this.zeroPages = options.zeroPagesOr(ZeroPages.MARK);
        this.channels = options.number("--channels", 2, 1, MOST_CHANNELS);
        this.compression = compression(options.text("--compression"));
        this.level = options.text("--level") == null ? null : options.number("--level", 1, 0, 20);
        this.uuid = uuid(options.text("--uuid"));
        this.qemu = QemuVersion.parse(options.text("--qemu"));
    }

    private static MultiFdCompression compression(@Nullable String text) {
        if (text == null) {
            return MultiFdCompression.NONE;
        }
        return switch (text) {
            case "none" -> MultiFdCompression.NONE;
            case "zlib" -> MultiFdCompression.ZLIB;
            case "zstd" -> MultiFdCompression.ZSTD;
            default ->
                    throw new UsageException(
                            "--compression: expected none, zlib or zstd, found '" + text + "'");
        };
    }

    private static @Nullable UUID uuid(@Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--uuid: expected a UUID, found '" + text + "'");
        }
    }

    @Override
    public void write(Conversion conversion) throws IOException {
        SavedVm vm = conversion.vm();
        OutputFiles out = conversion.out();
        List<WritableByteChannel> files = new ArrayList<>();
        for (int i = 1; i <= channels; i++) {
            files.add(out.further(".ch" + i));
        }
        WireOutput main = new WireOutput(out.channel());
        try (MultiFdPages pages =
                new MultiFdPages(
                        vm.pages(),
                        vm.shared(),
                        zeroPages,
                        style(vm),
                        options(conversion),
                        files)) {
            StreamTarget.write(vm, main, pages);
        }
        main.flush();
    }

    /** What a destination's {@code -uuid} must be: libvirt's guests always have one. */
    private UUID uuid(Conversion conversion) {
        if (uuid != null) {
            return uuid;
        }
        if (conversion.container() instanceof LibvirtSaveImage image) {
            String domain = DomainXml.of(image.xml()).uuid();
            try {
                return domain == null ? MultiFdHandshake.NO_UUID : UUID.fromString(domain);
            } catch (IllegalArgumentException e) {
                // Then the stream may tell.
            }
        }
        return conversion
                .vm()
                .configuration()
                .flatMap(StreamItem.Configuration::uuid)
                .orElse(MultiFdHandshake.NO_UUID);
    }

    private MultiFdOptions options(Conversion conversion) {
        MultiFdOptions plain = MultiFdOptions.DEFAULT.withUuid(uuid(conversion));
        try {
            return level == null
                    ? plain.withCompression(compression)
                    : plain.withCompression(compression, level);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--level: " + e.getMessage());
        }
    }

    private MultiFdStyle style(SavedVm vm) {
        QemuVersion version = qemu == null ? QemuVersion.of(vm) : qemu;
        return MultiFdStyle.of(vm.machine(), version.major(), version.minor());
    }
}
