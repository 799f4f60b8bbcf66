package dev.ferry.testdata.qemu;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Takes what a QEMU sends. */
interface Sink {

    /** A sink that is ready. */
    interface Open extends AutoCloseable {
        /** Where to send to, in the syntax of {@code migrate}. */
        String uri();

        /** The files, complete; to be called when QEMU says that it has sent everything. */
        List<Path> files() throws IOException;

        @Override
        void close() throws IOException;
    }

    /** Gets ready for a QEMU. */
    Open open(QemuProcess source) throws IOException;
}
