package dev.ferry.vmm.chardev;

import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Named pipes: the guest reads {@code path.in} and writes {@code path.out}; where there are none,
 * both are {@code path} itself.
 *
 * <p>Source: QEMU chardev/char-pipe.c, qemu_chr_open_pipe.
 */
final class PipeChardev extends StreamChardev {

    private final RandomAccessFile input;
    private final RandomAccessFile output;

    private PipeChardev(RandomAccessFile input, RandomAccessFile output) throws IOException {
        super("pipe", new FileInputStream(input.getFD()), new FileOutputStream(output.getFD()));
        this.input = input;
        this.output = output;
    }

    static PipeChardev open(Path path) throws IOException {
        Path in = path.resolveSibling(path.getFileName() + ".in");
        Path out = path.resolveSibling(path.getFileName() + ".out");
        boolean two = Files.exists(in) && Files.exists(out);
        // Both ways, so that opening waits for nobody and no peer's leaving ends the pipe.
        RandomAccessFile input = new RandomAccessFile(existing(two ? in : path), "rw");
        try {
            return new PipeChardev(input, two ? new RandomAccessFile(existing(out), "rw") : input);
        } catch (IOException | RuntimeException | Error e) {
            input.close();
            throw e;
        }
    }

    private static String existing(Path path) throws IOException {
        if (!Files.exists(path)) {
            throw new java.nio.file.NoSuchFileException(path.toString());
        }
        return path.toString();
    }

    @Override
    public void close() {
        super.close();
        try (input;
                output) {
            // A read that is under way may keep the descriptor a while longer.
        } catch (IOException e) {
            // Nothing is buffered.
        }
    }
}
