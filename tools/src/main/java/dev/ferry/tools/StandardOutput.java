package dev.ferry.tools;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * The process's standard output: a failed write ends the command with {@link StandardOutputError},
 * also through {@link System#out}. Text is UTF-8 whatever the locale.
 */
public final class StandardOutput extends OutputStream {

    private static final int BUFFER_BYTES = 8192;

    private final OutputStream file;

    StandardOutput(OutputStream file) {
        this.file = file;
    }

    /** Unbuffered, for bulk data. Flush {@link System#out} before mixing the two. */
    public static OutputStream bytes() {
        return new StandardOutput(new FileOutputStream(FileDescriptor.out));
    }

    /** Puts this under {@link System#out}, buffered; {@link System#out} has to be flushed then. */
    static void install() {
        System.setOut(text(bytes()));
    }

    static PrintStream text(OutputStream out) {
        return new PrintStream(
                new java.io.BufferedOutputStream(out, BUFFER_BYTES), false, StandardCharsets.UTF_8);
    }

    @Override
    public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        try {
            file.write(bytes, offset, length);
        } catch (IOException e) {
            throw new StandardOutputError(e);
        }
    }
}
