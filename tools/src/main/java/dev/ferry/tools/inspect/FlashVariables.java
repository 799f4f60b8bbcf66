package dev.ferry.tools.inspect;

import dev.ferry.stream.ram.MalformedPageException;
import dev.ferry.stream.ram.PageRun;
import dev.ferry.stream.ram.PageSink;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.stream.ram.RamImage;
import dev.ferry.vmm.efi.VariableStore;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Collects the flash of a machine, to look for a UEFI variable store in it. Contents are not wanted
 * before a stream has announced flash: most have none, and are read faster without.
 */
final class FlashVariables implements PageSink, Closeable {

    /** Flash is looked at up to here: several times what any firmware's variables have. */
    private static final long MAX_BYTES = 4 << 20;

    /** Twice the largest flash of QEMU's boards. */
    private static final long MAX_FLASH = 256 << 20;

    /** As boards name it: {@code system.flash0} on PCs, {@code virt.flash1} on ARM. */
    private static final String FLASH = ".flash";

    private @Nullable RamImage image;

    @Override
    public boolean wantsContents() {
        return image != null;
    }

    @Override
    public void blocks(List<RamBlock> blocks, int pageSize) throws IOException {
        for (RamBlock block : blocks) {
            if (image == null && isFlash(block)) {
                image = RamImage.of(FlashVariables::isFlash);
            }
        }
        if (image != null) {
            image.blocks(blocks, pageSize);
        }
    }

    @Override
    public void pages(PageRun run) throws MalformedPageException {
        if (image != null && run.offset() < MAX_BYTES) {
            image.pages(run);
        }
    }

    private static boolean isFlash(RamBlock block) {
        return block.id().contains(FLASH) && block.usedLength() <= MAX_FLASH;
    }

    /** What the first flash that holds a store has; null if none does. */
    @Nullable UefiVariables variables() {
        if (image == null) {
            return null;
        }
        for (RamImage.BlockImage block : image.blocks()) {
            if (block.touched(0)) {
                MemorySegment memory = block.memory();
                byte[] flash = new byte[(int) Math.min(MAX_BYTES, memory.byteSize())];
                MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, 0, flash, 0, flash.length);
                if (VariableStore.recognises(flash)) {
                    return UefiVariables.of(block.block().id(), flash);
                }
            }
        }
        return null;
    }

    @Override
    public void close() throws IOException {
        if (image != null) {
            image.close();
        }
    }
}
