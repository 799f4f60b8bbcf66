package dev.ferry.tools.convert;

import dev.ferry.stream.container.LibvirtFormat;
import dev.ferry.stream.container.LibvirtSaveImage;
import dev.ferry.stream.container.LibvirtSaveImageWriter;
import dev.ferry.stream.convert.MappedRamFile;
import dev.ferry.stream.convert.PageRecords;
import dev.ferry.stream.convert.SavedVm;
import dev.ferry.stream.convert.StreamTarget;
import dev.ferry.stream.convert.ZeroPages;
import dev.ferry.stream.io.WireOutput;
import dev.ferry.tools.cli.UsageException;
import dev.ferry.tools.output.OutputFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A libvirt save image, with the stream in any of the seven ways that libvirt knows. */
final class SaveImageFormat implements Format {

    private final LibvirtFormat format;
    private final ZeroPages zeroPages;
    private final @Nullable String xmlFile;

    SaveImageFormat(ConvertOptions options) {
        this.format = format(options.variant());
        this.zeroPages = options.zeroPagesOr(ZeroPages.MARK);
        this.xmlFile = options.text("--xml");
    }

    private static LibvirtFormat format(@Nullable String label) {
        if (label == null) {
            return LibvirtFormat.RAW;
        }
        StringBuilder labels = new StringBuilder();
        for (LibvirtFormat each : LibvirtFormat.values()) {
            if (each.label().equals(label)) {
                return each;
            }
            labels.append(labels.isEmpty() ? "" : ", ").append(each.label());
        }
        throw new UsageException(
                "--to libvirt: expected one of " + labels + ", found '" + label + "'");
    }

    @Override
    public void write(Conversion conversion) throws IOException {
        LibvirtSaveImage image = image(conversion);
        SavedVm vm = conversion.vm();
        OutputFiles out = conversion.out();
        if (format == LibvirtFormat.SPARSE) {
            FileChannel file = out.file();
            try (LibvirtSaveImageWriter writer = LibvirtSaveImageWriter.begin(file, image)) {
                // Straight into the file, in which gaps become holes.
                WireOutput wire = new WireOutput(file);
                MappedRamFile ram =
                        new MappedRamFile(vm.pages(), file, writer.streamOrigin(), zeroPages);
                StreamTarget.write(vm, wire, ram);
                wire.flush();
                writer.finish();
            }
            return;
        }
        try (LibvirtSaveImageWriter writer =
                out.seekable()
                        ? LibvirtSaveImageWriter.begin(out.file(), image)
                        : LibvirtSaveImageWriter.beginForward(out.channel(), image)) {
            WireOutput wire = new WireOutput(writer.stream());
            StreamTarget.write(vm, wire, new PageRecords(vm.pages(), vm.shared(), zeroPages));
            wire.flush();
            writer.finish();
        }
    }

    @Override
    public Optional<SealedFormat> sealed() {
        return format == LibvirtFormat.SPARSE ? Optional.empty() : Optional.of(this::copy);
    }

    private void copy(SealedGuest guest, OutputFiles out) throws IOException {
        String xml =
                xmlFile == null ? null : Files.readString(Path.of(xmlFile), StandardCharsets.UTF_8);
        LibvirtSaveImage image;
        if (guest.container() instanceof LibvirtSaveImage before) {
            image = before.withFormat(format);
            image = xml == null ? image : image.withXml(xml);
        } else if (xml != null) {
            image = LibvirtSaveImage.create(xml, null, guest.running(), format);
        } else {
            throw new UsageException("an SEV guest's domain is not made up: give --xml");
        }
        try (LibvirtSaveImageWriter writer =
                out.seekable()
                        ? LibvirtSaveImageWriter.begin(out.file(), image)
                        : LibvirtSaveImageWriter.beginForward(out.channel(), image)) {
            guest.copy(new WireOutput(writer.stream()));
            writer.finish();
        }
    }

    /** The image's header and texts: the input's own where it has them. */
    private LibvirtSaveImage image(Conversion conversion) throws IOException {
        String xml =
                xmlFile == null ? null : Files.readString(Path.of(xmlFile), StandardCharsets.UTF_8);
        if (conversion.container() instanceof LibvirtSaveImage before) {
            LibvirtSaveImage image = before.withFormat(format);
            return xml == null ? image : image.withXml(xml);
        }
        SavedDomain domain = new SavedDomain(conversion.vm());
        if (xml == null) {
            xml = domain.xml(conversion.input());
            conversion
                    .report()
                    .note(
                            "the domain XML was made from what the stream tells: machine, memory and"
                                    + " CPUs, no devices; give the domain's own with --xml");
        }
        return LibvirtSaveImage.create(xml, null, domain.running(), format);
    }
}
