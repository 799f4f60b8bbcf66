package dev.ferry.stream.container;

import dev.ferry.stream.MigrationReader;
import dev.ferry.stream.ReaderOptions;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.ram.RamImage;
import dev.ferry.testdata.Fixture;
import java.io.IOException;
import java.lang.foreign.ValueLayout;

/** A captured save image taken apart. */
final class SavedGuest {

    private final byte[] file;
    private final LibvirtSaveImage image;
    private final byte[] stream;

    private SavedGuest(byte[] file, LibvirtSaveImage image, byte[] stream) {
        this.file = file;
        this.image = image;
        this.stream = stream;
    }

    static SavedGuest of(Fixture fixture) throws IOException {
        byte[] file = fixture.main().readAllBytes();
        try (OpenedInput input = Samples.open(file)) {
            LibvirtSaveImage image = (LibvirtSaveImage) input.container();
            return new SavedGuest(file, image, Samples.drain(input.stream()));
        }
    }

    LibvirtSaveImage image() {
        return image;
    }

    /** QEMU's stream, unpacked. */
    byte[] stream() {
        return stream;
    }

    /** The content of a RAM block. */
    byte[] memory(String block) throws IOException {
        try (RamImage ram = new RamImage();
                MigrationReader reader =
                        MigrationReader.of(
                                new WireInput(Samples.open(file).stream()),
                                ReaderOptions.DEFAULT.withPages(ram))) {
            while (reader.next() != null) {
                // only the pages matter
            }
            for (RamImage.BlockImage content : ram.blocks()) {
                if (content.block().id().equals(block)) {
                    return content.memory().toArray(ValueLayout.JAVA_BYTE);
                }
            }
        }
        throw new IllegalStateException("no block " + block);
    }
}
