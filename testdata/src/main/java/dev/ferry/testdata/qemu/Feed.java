package dev.ferry.testdata.qemu;

import java.io.IOException;

/** Brings saved bytes to a QEMU. */
interface Feed {

    /** Bytes on their way; its text says which. To be closed when QEMU has loaded them. */
    interface Feeding extends AutoCloseable {
        @Override
        void close() throws IOException;
    }

    /** Has QEMU start to read. */
    Feeding start(QemuProcess destination) throws IOException;
}
