package dev.ferry.tools.output;

import dev.ferry.stream.io.TemporaryFiles;
import dev.ferry.tools.cli.Console;
import dev.ferry.tools.cli.UsageException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a migration goes: one file, or several that belong together and appear together, or
 * standard output.
 */
public final class OutputFiles implements Closeable {

    private static final String STANDARD_OUTPUT = "-";

    private final String path;
    private final List<String> inputs;
    private final Console console;
    private final List<OutputFile> files = new ArrayList<>();
    private final List<String> names = new ArrayList<>();

    /** Takes the place of an output that cannot be written at any position. */
    private @Nullable FileChannel staged;

    private long bytes;
    private long mainLength;

    private OutputFiles(String path, List<String> inputs, Console console) {
        this.path = path;
        this.inputs = inputs;
        this.console = console;
    }

    /**
     * Opens the main output.
     *
     * @param path {@code -} for standard output
     * @param inputs what is read, which must not be overwritten
     */
    public static OutputFiles open(String path, List<String> inputs, Console console)
            throws IOException {
        OutputFiles files = new OutputFiles(path, inputs, console);
        if (!path.equals(STANDARD_OUTPUT)) {
            files.add(path);
        } else if (console.terminal().output()) {
            throw new UsageException(
                    "binary data would go to the terminal; name a file with -o, or pipe it on");
        }
        return files;
    }

    private OutputFile add(String name) throws IOException {
        Output.requireNoInput(name, inputs);
        OutputFile file = OutputFile.create(Path.of(name));
        files.add(file);
        names.add(name);
        return file;
    }

    /** Whether there is no file, but standard output. */
    public boolean standardOutput() {
        return path.equals(STANDARD_OUTPUT);
    }

    /** Whether the main output can be written at any position without taking its place. */
    public boolean seekable() {
        return !standardOutput() && files.getFirst().seekable();
    }

    /** The main output, to be written from beginning to end. */
    public WritableByteChannel channel() {
        if (standardOutput()) {
            return Channels.newChannel(console.out());
        }
        return files.getFirst().channel();
    }

    /** The main output, to be written at any position. */
    public FileChannel file() throws IOException {
        if (seekable()) {
            return files.getFirst().channel();
        }
        if (staged == null) {
            staged = TemporaryFiles.open(null);
        }
        return staged;
    }

    /** A further output, named like the main one with {@code suffix} behind. */
    public FileChannel further(String suffix) throws IOException {
        if (standardOutput()) {
            throw new UsageException(
                    "several files cannot go to standard output; name one with -o");
        }
        OutputFile file = add(path + suffix);
        if (!file.seekable()) {
            throw new UsageException(path + suffix + " is no regular file");
        }
        return file.channel();
    }

    /** Sets the main output's length, where nothing may be written up to its end. */
    public void length(long length) {
        mainLength = length;
    }

    /** The names of all files, the main one first; empty for standard output. */
    public List<String> names() {
        return List.copyOf(names);
    }

    /** How long all outputs together became, holes included. */
    public long bytes() {
        return bytes;
    }

    /** Ends everything: the files appear, the main one last. */
    public void commit() throws IOException {
        FileChannel from = staged;
        if (from != null) {
            bytes = Math.max(from.size(), mainLength);
            copy(from);
        }
        if (standardOutput()) {
            console.out().flush();
            return;
        }
        int done = 0;
        try {
            for (int i = files.size() - 1; i >= 0; i--) {
                OutputFile file = files.get(i);
                long length = file.seekable() ? file.channel().size() : 0;
                if (i == 0 && file.seekable()) {
                    length = Math.max(length, mainLength);
                }
                bytes += length;
                file.commit(length);
                done++;
            }
        } catch (IOException e) {
            // What belongs together appears together or not at all.
            for (int i = files.size() - 1; i >= files.size() - done; i--) {
                files.get(i).withdraw();
            }
            throw e;
        }
    }

    private void copy(FileChannel from) throws IOException {
        WritableByteChannel to = channel();
        ByteBuffer piece = ByteBuffer.allocateDirect(1 << 20);
        for (long at = 0; at < bytes; ) {
            int got = from.read(piece.clear(), at);
            if (got <= 0) {
                // Nothing was written up to the end.
                piece.clear().limit((int) Math.min(piece.capacity(), bytes - at));
                piece.put(0, new byte[piece.limit()]);
            } else {
                piece.flip();
            }
            at += piece.remaining();
            while (piece.hasRemaining()) {
                to.write(piece);
            }
        }
    }

    @Override
    public void close() throws IOException {
        IOException failure = null;
        for (OutputFile file : files) {
            try {
                file.close();
            } catch (IOException e) {
                failure = e;
            }
        }
        if (staged != null) {
            staged.close();
        }
        if (failure != null) {
            throw failure;
        }
    }
}
