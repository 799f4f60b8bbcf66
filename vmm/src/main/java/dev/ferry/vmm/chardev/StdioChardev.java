package dev.ferry.vmm.chardev;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import org.jspecify.annotations.Nullable;

/** Standard input and output. */
final class StdioChardev extends StreamChardev {

    private final @Nullable TerminalMode mode;

    private StdioChardev(@Nullable TerminalMode mode) {
        super(
                "stdio",
                new FileInputStream(FileDescriptor.in),
                new FileOutputStream(FileDescriptor.out));
        this.mode = mode;
    }

    static StdioChardev open(boolean signals) {
        return new StdioChardev(TerminalMode.raw(signals));
    }

    @Override
    public void close() {
        super.close();
        if (mode != null) {
            mode.restore();
        }
    }
}
