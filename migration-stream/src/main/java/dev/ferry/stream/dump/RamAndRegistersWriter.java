package dev.ferry.stream.dump;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;

/**
 * Writes a snapshot for fuzzers: a {@linkplain RawMemoryWriter raw memory file} and a {@linkplain
 * RegistersJson file of registers}.
 */
public final class RamAndRegistersWriter {

    private RamAndRegistersWriter() {}

    /**
     * Writes both.
     *
     * @param memory empty and writable; remains open
     * @param registers remains open
     * @return the memory file's length, which may be greater than what was written
     */
    public static long write(GuestDump dump, FileChannel memory, OutputStream registers)
            throws IOException {
        RegistersJson.write(dump, registers);
        return RawMemoryWriter.write(dump, memory);
    }
}
