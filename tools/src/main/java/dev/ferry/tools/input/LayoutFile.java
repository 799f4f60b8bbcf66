package dev.ferry.tools.input;

import dev.ferry.stream.Limits;
import dev.ferry.stream.container.Containers;
import dev.ferry.stream.container.OpenedInput;
import dev.ferry.stream.io.ByteSource;
import dev.ferry.stream.vmstate.LayoutSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Reads a file of device layouts, packed or not. Of a long stream only the two ends are read: the
 * machine's name is at the beginning, the description at the end.
 */
final class LayoutFile {

    private static final int HEAD = 64 << 10;
    private static final int TAIL = Limits.DEFAULT.descriptionBytes() + (64 << 10);

    private LayoutFile() {}

    static LayoutSource read(Path file) throws IOException {
        MigrationInput.requireNoDirectory(file);
        try (OpenedInput opened = Containers.openChannel(file)) {
            return LayoutSource.read(ends(opened.stream()), file.toString());
        }
    }

    private static byte[] ends(ByteSource source) throws IOException {
        byte[] bytes = new byte[HEAD];
        int length = 0;
        boolean jumped = false;
        while (true) {
            if (length == bytes.length) {
                if (!jumped
                        && source.seekable()
                        && source.size().isPresent()
                        && source.size().getAsLong() > HEAD + TAIL) {
                    source.position(source.size().getAsLong() - TAIL);
                    jumped = true;
                }
                if (length == HEAD + 2 * TAIL) {
                    // Keep the beginning and what may be the end.
                    System.arraycopy(bytes, length - TAIL, bytes, HEAD, TAIL);
                    length = HEAD + TAIL;
                } else {
                    bytes = Arrays.copyOf(bytes, Math.min(length * 2, HEAD + 2 * TAIL));
                }
            }
            int got = source.read(ByteBuffer.wrap(bytes, length, bytes.length - length));
            if (got < 0) {
                return Arrays.copyOf(bytes, length);
            }
            length += got;
        }
    }
}
