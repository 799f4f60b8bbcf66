package dev.ferry.tools.inspect;

import dev.ferry.stream.item.SectionBody;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.vmstate.DeviceState;
import dev.ferry.tools.cli.Quantity;
import dev.ferry.tools.cli.SafeText;
import dev.ferry.tools.cli.Style;
import java.io.Closeable;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The listings a user can ask for, written while the input is read and shown one by one. */
final class TextListings implements InspectionListener, Closeable {

    private final boolean channels;
    private final @Nullable Listing sections;
    private final @Nullable Listing commands;
    private final @Nullable Listing devices;
    private final @Nullable DeviceFilter contents;

    /** One listing. */
    static final class Listing implements Closeable {
        private final Spool spool = new Spool();
        private final PrintStream text;

        Listing(String head) {
            // Exact bytes: what is spooled is copied to an output that is UTF-8 too.
            text = new PrintStream(spool, false, StandardCharsets.UTF_8);
            text.println(head);
        }

        PrintStream text() {
            return text;
        }

        void copyTo(PrintStream out) throws IOException {
            text.flush();
            spool.copyTo(out);
        }

        @Override
        public void close() throws IOException {
            spool.close();
        }
    }

    /**
     * @param channels whether there are several channels, so that an offset needs one
     * @param contents which devices are shown in full; null for a list of devices
     */
    TextListings(
            boolean channels,
            boolean sections,
            boolean commands,
            boolean devices,
            @Nullable DeviceFilter contents,
            Style style) {
        this.channels = channels;
        this.contents = contents;
        String place = channels ? "ch  offset            " : "offset            ";
        this.sections =
                sections
                        ? new Listing(
                                style.dim(place + "type     id        length     pages  section"))
                        : null;
        this.commands =
                commands ? new Listing(style.dim(place + "command               payload")) : null;
        this.devices =
                !devices
                        ? null
                        : new Listing(
                                contents == null
                                        ? style.dim(place + "ver    length  device")
                                        : style.dim("devices"));
    }

    private void place(PrintStream text, StreamItem item) {
        if (channels) {
            text.print(left(Integer.toString(item.channel()), 4));
        }
        text.print(left(Quantity.hex(item.at()), 18));
    }

    @Override
    public void section(StreamItem.Section section, long pages) {
        if (sections == null) {
            return;
        }
        PrintStream text = sections.text();
        place(text, section);
        text.print(left(section.type().key(), 5));
        text.print(right(Long.toString(section.id()), 6));
        text.print(right(Long.toString(section.length()), 14));
        text.print(
                right(
                        switch (section.body()) {
                            case SectionBody.Ram ram -> Long.toString(pages);
                            case SectionBody.Device device -> "";
                            case SectionBody.Live live -> "";
                        },
                        10));
        text.print("  " + " ".repeat(section.depth() * 2));
        text.println(
                SafeText.of(section.name())
                        + instance(section)
                        + " v"
                        + section.version()
                        + (section.body() instanceof SectionBody.Live live
                                ? "  "
                                        + live.kind()
                                        + ": "
                                        + Quantity.count(live.records(), "record")
                                : ""));
    }

    private static String instance(StreamItem.Section section) {
        return section.instance() == 0 ? "" : "/" + section.instance();
    }

    @Override
    public void command(StreamItem.Command command) {
        if (commands == null) {
            return;
        }
        PrintStream text = commands.text();
        place(text, command);
        text.print(" ".repeat(command.depth() * 2));
        text.print(left(command.id().name(), 22));
        text.println(CommandText.payload(command.payload()));
    }

    @Override
    public void device(StreamItem.Section section, SectionBody.Device device) throws IOException {
        if (devices == null) {
            return;
        }
        PrintStream text = devices.text();
        if (contents == null) {
            place(text, section);
            text.print(right(Long.toString(section.version()), 3));
            text.print(right(Long.toString(section.length()), 10));
            text.println("  " + SafeText.of(section.name()) + instance(section));
        } else if (contents.passes(section.name(), section.instance())) {
            DeviceState state = device.state();
            text.println();
            text.println(
                    SafeText.of(section.name())
                            + "/"
                            + section.instance()
                            + "  version "
                            + section.version()
                            + ", "
                            + section.length()
                            + " bytes at "
                            + Quantity.hex(section.at()));
            new ValueText(text).print(state.root(), "  ");
        }
    }

    /** Shows them all. */
    void print(PrintStream out) throws IOException {
        boolean first = true;
        for (Listing listing : new @Nullable Listing[] {sections, commands, devices}) {
            if (listing != null) {
                if (!first) {
                    out.println();
                }
                first = false;
                listing.copyTo(out);
            }
        }
    }

    private static String left(String text, int width) {
        return text.length() >= width ? text + " " : text + " ".repeat(width - text.length());
    }

    private static String right(String text, int width) {
        return text.length() >= width ? " " + text : " ".repeat(width - text.length()) + text;
    }

    @Override
    public void close() throws IOException {
        for (Listing listing : new @Nullable Listing[] {sections, commands, devices}) {
            if (listing != null) {
                listing.close();
            }
        }
    }
}
