package dev.ferry.vmm.chardev;

import dev.ferry.vmm.device.Chardev;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;

/** A file that takes what the guest writes, unbuffered. */
final class FileChardev implements Chardev {

    // Not a FileChannel, which an interrupt of the calling thread would close.
    private final FileOutputStream file;

    FileChardev(Path path, boolean append) throws IOException {
        file = new FileOutputStream(path.toFile(), append);
    }

    @Override
    public void write(int value) {
        try {
            file.write(value);
        } catch (IOException e) {
            // A full disk is not the guest's concern: a serial line without a listener loses bytes.
        }
    }

    @Override
    public void receiver(Receiver receiver) {
        // Nothing comes out of a file.
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            // Nothing was buffered.
        }
    }
}
