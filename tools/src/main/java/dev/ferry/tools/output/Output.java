package dev.ferry.tools.output;

import dev.ferry.tools.cli.Console;
import dev.ferry.tools.cli.UsageException;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where an extract goes: a file, or standard output. */
public final class Output implements Closeable {

    private static final int PIECE = 1 << 20;

    private final Console console;
    private final @Nullable OutputFile file;
    private long length;

    private Output(Console console, @Nullable OutputFile file) {
        this.console = console;
        this.file = file;
    }

    /**
     * Opens an output.
     *
     * @param path null or {@code -} for standard output
     * @param inputs what is read, which must not be overwritten
     * @param binary whether what is coming is no text, which a terminal should not be sent
     */
    public static Output open(
            @Nullable String path, List<String> inputs, boolean binary, Console console)
            throws IOException {
        if (path == null || path.equals("-")) {
            if (binary && console.terminal().output()) {
                throw new UsageException(
                        "binary data would go to the terminal; name a file with -o, or pipe it on");
            }
            return new Output(console, null);
        }
        requireNoInput(path, inputs);
        return new Output(console, OutputFile.create(Path.of(path)));
    }

    /**
     * Opens an output for a secret: a file that nobody but its owner can read, from its first byte
     * on.
     *
     * @param path null or {@code -} for standard output
     * @param inputs what is read, which must not be overwritten
     */
    public static Output openPrivate(@Nullable String path, List<String> inputs, Console console)
            throws IOException {
        if (path == null || path.equals("-")) {
            return new Output(console, null);
        }
        requireNoInput(path, inputs);
        return new Output(console, OutputFile.createPrivate(Path.of(path)));
    }

    /** Refuses an output that is one of the inputs. */
    public static void requireNoInput(String path, List<String> inputs) throws IOException {
        Path target = Path.of(path);
        for (String input : inputs) {
            if (!input.equals("-") && same(target, Path.of(input))) {
                throw new UsageException("output " + path + " is the input");
            }
        }
    }

    private static boolean same(Path target, Path input) throws IOException {
        return Files.exists(target) && Files.exists(input) && Files.isSameFile(target, input);
    }

    /** Adds bytes. */
    public void write(byte[] bytes) throws IOException {
        length += bytes.length;
        if (file == null) {
            console.out().write(bytes, 0, bytes.length);
        } else {
            file.write(ByteBuffer.wrap(bytes));
        }
    }

    /** Adds memory. */
    public void write(MemorySegment memory) throws IOException {
        WritableByteChannel stdout = file == null ? Channels.newChannel(console.out()) : null;
        for (long at = 0; at < memory.byteSize(); at += PIECE) {
            ByteBuffer piece =
                    memory.asSlice(at, Math.min(PIECE, memory.byteSize() - at)).asByteBuffer();
            length += piece.remaining();
            if (file != null) {
                file.write(piece);
            } else if (stdout != null) {
                while (piece.hasRemaining()) {
                    stdout.write(piece);
                }
            }
        }
    }

    /** Adds zeros: a hole, where there can be one. */
    public void zeros(long count) throws IOException {
        if (file != null && file.seekable()) {
            length += count;
            file.channel().position(length);
            return;
        }
        byte[] zeros = new byte[(int) Math.min(count, 1 << 16)];
        for (long left = count; left > 0; left -= zeros.length) {
            write(left >= zeros.length ? zeros : new byte[(int) left]);
        }
    }

    /** Ends it: the file appears. */
    public void commit() throws IOException {
        if (file == null) {
            console.out().flush();
        } else {
            file.commit(length);
        }
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}
