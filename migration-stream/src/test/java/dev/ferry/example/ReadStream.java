package dev.ferry.example;

import dev.ferry.stream.MigrationReader;
import dev.ferry.stream.ReaderOptions;
import dev.ferry.stream.StreamException;
import dev.ferry.stream.container.Containers;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.item.SectionBody;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.stream.ram.RamImage;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/** Prints the devices of a saved VM and the first bytes of its memory. */
public final class ReadStream {

    private ReadStream() {}

    public static void main(String[] args) throws IOException {
        print(Path.of(args[0]), System.out);
    }

    static void print(Path file, PrintStream out) throws IOException {
        try (RamImage memory = new RamImage();
                MigrationReader reader =
                        MigrationReader.of(
                                new WireInput(Containers.open(file).stream()),
                                ReaderOptions.DEFAULT.withPages(memory))) {
            for (StreamItem item = reader.next(); item != null; item = reader.next()) {
                if (item instanceof StreamItem.Section section
                        && section.body() instanceof SectionBody.Device device) {
                    out.printf("%s: %d bytes of state%n", section.name(), device.length());
                }
            }
            for (RamImage.BlockImage image : memory.blocks()) {
                RamBlock block = image.block();
                byte first = image.memory().get(ValueLayout.JAVA_BYTE, 0);
                out.printf(
                        "%s: %d bytes, the first is %#04x%n",
                        block.id(), block.usedLength(), first);
            }
        } catch (StreamException e) {
            out.printf("damaged at offset %#x: %s%n", e.at().offset(), e.problem());
        }
    }
}
