package dev.ferry.tools.extract;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ferry.stream.MigrationReader;
import dev.ferry.stream.Place;
import dev.ferry.stream.UnsupportedStreamException;
import dev.ferry.stream.item.SectionBody;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.ram.PageSink;
import dev.ferry.stream.vmstate.VmStateEncoder;
import dev.ferry.tools.cli.Console;
import dev.ferry.tools.cli.Progress;
import dev.ferry.tools.cli.SafeText;
import dev.ferry.tools.cli.UsageException;
import dev.ferry.tools.input.InputFiles;
import dev.ferry.tools.input.MigrationInput;
import dev.ferry.tools.json.Json;
import dev.ferry.tools.json.ValueJson;
import dev.ferry.tools.output.Output;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Takes one device's state out of an input. */
final class DeviceExtract {

    private DeviceExtract() {}

    static void write(
            InputFiles files, DeviceName name, boolean raw, Output output, Console console)
            throws IOException {
        try (MigrationInput input = MigrationInput.open(files, console.in(), PageSink.NONE)) {
            StreamItem.Section section = find(input, name, console);
            if (section.body() instanceof SectionBody.Device device) {
                output.write(
                        raw ? VmStateEncoder.encode(device.state().root()) : json(section, device));
            }
        }
    }

    private static StreamItem.Section find(MigrationInput input, DeviceName name, Console console)
            throws IOException {
        MigrationReader reader = input.reader();
        List<StreamItem.Section> fits = new ArrayList<>();
        int best = 1;
        Set<String> others = new TreeSet<>();
        StreamItem.Unreadable unreadable = null;
        try (Progress progress = new Progress(console, input.files().main(), input.main().size())) {
            input.main().onProgress(progress);
            for (StreamItem item = reader.next(); item != null; item = reader.next()) {
                if (item instanceof StreamItem.Unreadable stop) {
                    unreadable = stop;
                }
                if (!(item instanceof StreamItem.Section section)
                        || !(section.body() instanceof SectionBody.Device)) {
                    continue;
                }
                int fit = name.fits(section);
                if (fit > best) {
                    best = fit;
                    fits.clear();
                }
                if (fit == best) {
                    fits.add(section);
                } else if (fit == 0) {
                    others.add(SafeText.of(section.name()));
                }
            }
        }
        if (fits.size() == 1) {
            return fits.getFirst();
        }
        if (fits.size() > 1) {
            throw new UsageException(
                    "several devices are called '" + name.text() + "': " + list(fits));
        }
        if (unreadable != null) {
            throw new UnsupportedStreamException(
                    "device '"
                            + name.text()
                            + "' was not found, and "
                            + unreadable.what()
                            + " cannot be read: "
                            + unreadable.reason(),
                    new Place(input.files().main(), unreadable.at(), ""));
        }
        throw new UsageException(
                "no device is called '"
                        + name.text()
                        + "'; there are "
                        + (others.isEmpty() ? "none" : String.join(", ", others)));
    }

    private static String list(List<StreamItem.Section> sections) {
        StringBuilder text = new StringBuilder();
        for (StreamItem.Section section : sections) {
            text.append(text.isEmpty() ? "" : ", ");
            text.append(SafeText.of(section.name())).append('/').append(section.instance());
        }
        return text.toString();
    }

    private static byte[] json(StreamItem.Section section, SectionBody.Device device)
            throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator out = Json.generator(bytes)) {
            out.writeStartObject();
            out.writeStringField("name", section.name());
            out.writeNumberField("instance", section.instance());
            out.writeNumberField("version", section.version());
            out.writeNumberField("offset", section.at());
            out.writeNumberField("length", section.length());
            out.writeFieldName("state");
            ValueJson.write(out, device.state().root());
            out.writeEndObject();
            out.writeRaw('\n');
        }
        return bytes.toByteArray();
    }
}
