package dev.ferry.vmm.device;

import dev.ferry.stream.vmstate.FieldType;
import dev.ferry.vmm.memory.Access;
import dev.ferry.vmm.memory.AddressSpace;
import dev.ferry.vmm.memory.Mapping;
import dev.ferry.vmm.memory.MmioDevice;
import dev.ferry.vmm.memory.RamBlock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/**
 * A NOR flash chip with Intel's command set (CFI 0001), one byte wide.
 *
 * <p>While the array is read it is memory; a command makes it a device until it is back in array
 * mode. Source: Intel StrataFlash 28F640J5 data sheet, JEDEC JESD68.01; the state's fields are
 * those of QEMU hw/block/pflash_cfi01.c.
 */
public final class PflashCfi01 extends Device implements MmioDevice {

    private static final int READY = 0x80;
    private static final int ERASE_ERROR = 0x20;
    private static final int PROGRAM_ERROR = 0x10;
    private static final int LOCK_ERROR = 0x02;

    private static final int READ_ARRAY = 0xff;

    /** Bytes that can be programmed at once: 2 to the 11th, as the CFI table says. */
    private static final int BUFFER = 2048;

    private final RamBlock block;
    private final int sectorBytes;
    private final AddressSpace memory;
    private final @Nullable FileChannel file;
    private final boolean readOnly;
    private final byte[] cfi = new byte[0x52];
    private @Nullable Mapping mapping;
    private int cycle;
    private int command;
    private int status = READY;
    private long counter;
    private final byte[] buffer = new byte[BUFFER];
    private int bufferOffset = -1;

    /**
     * @param block what the chip holds
     * @param sectorBytes of an erase block
     * @param file where changes are written through to; null if they are kept in memory only
     */
    public PflashCfi01(
            int instance,
            RamBlock block,
            int sectorBytes,
            AddressSpace memory,
            @Nullable FileChannel file,
            boolean readOnly) {
        super("pflash_cfi01", instance, 1);
        this.block = block;
        this.sectorBytes = sectorBytes;
        this.memory = memory;
        this.file = file;
        this.readOnly = readOnly;
        table();
    }

    /** The chip was mapped: its mode decides what that mapping is. */
    public void mapped(Mapping at) {
        mapping = at;
        mode();
    }

    /** The CFI query table. */
    private void table() {
        byte[] head = {
            'Q', 'R', 'Y', 1, 0, 0x31, 0, 0, 0, 0, 0, 0x45, 0x55, 0, 0, 7, 7, 10, 0, 4, 4, 4, 0
        };
        System.arraycopy(head, 0, cfi, 0x10, head.length);
        int blocks = (int) (block.size() / sectorBytes);
        cfi[0x27] = (byte) Long.numberOfTrailingZeros(Long.highestOneBit(block.size()));
        cfi[0x28] = 2;
        cfi[0x2a] = 11;
        cfi[0x2c] = 1;
        cfi[0x2d] = (byte) (blocks - 1);
        cfi[0x2e] = (byte) (blocks - 1 >> 8);
        cfi[0x2f] = (byte) (sectorBytes >> 8);
        cfi[0x30] = (byte) (sectorBytes >> 16);
        byte[] extended = {'P', 'R', 'I', '1', '0'};
        System.arraycopy(extended, 0, cfi, 0x31, extended.length);
        cfi[0x3f] = 1;
    }

    @Override
    protected void state(StateFields f) {
        cycle = f.u8("wcycle", cycle, 0, 3);
        command = f.u8("cmd", command);
        status = f.u8("status", status);
        counter = f.u64("counter", counter);
        boolean there =
                f.subsection(
                        "pflash_cfi01_blk_write",
                        1,
                        bufferOffset != -1,
                        s -> {
                            s.bytes("blk_bytes", FieldType.of("buffer"), buffer);
                            bufferOffset = s.u32("blk_offset", bufferOffset);
                            if (bufferOffset < 0 || bufferOffset > block.size() - BUFFER) {
                                throw s.invalid(
                                        "blk_offset", bufferOffset, "an offset in the chip");
                            }
                        });
        if (f.loading() && !there) {
            bufferOffset = -1;
        }
    }

    @Override
    public void reset() {
        super.reset();
        bufferOffset = -1;
        array();
    }

    @Override
    public void loaded() {
        mode();
    }

    private void array() {
        cycle = 0;
        command = 0;
        status = READY;
        mode();
    }

    /** Whether loads see the array. */
    private boolean inArrayMode() {
        return cycle == 0 && (command == 0 || command == READ_ARRAY);
    }

    private void mode() {
        Mapping at = mapping;
        if (at != null) {
            at.access(inArrayMode() ? Access.ROM_DEVICE : Access.DEVICE);
        }
    }

    @Override
    public long read(long offset, int size) {
        int value =
                switch (command) {
                    case 0x10, 0x20, 0x28, 0x40, 0x50, 0x60, 0x70, 0xe8 -> status;
                    case 0x90 ->
                            switch ((int) offset & 0xff) {
                                case 0 -> 0x89;
                                case 1 -> 0x18;
                                default -> 0;
                            };
                    case 0x98 -> {
                        int at = (int) offset & 0xff;
                        yield at < cfi.length ? cfi[at] & 0xff : 0;
                    }
                    default -> -1;
                };
        if (value < 0) {
            return arrayRead(offset, size);
        }
        // Every byte lane answers.
        long all = 0;
        for (int i = 0; i < size; i++) {
            all = all << 8 | value;
        }
        return command == 0x90 || command == 0x98 ? value : all;
    }

    private long arrayRead(long offset, int size) {
        long value = 0;
        for (int i = size - 1; i >= 0; i--) {
            value = value << 8 | block.segment().get(ValueLayout.JAVA_BYTE, offset + i) & 0xff;
        }
        return value;
    }

    @Override
    public void write(long offset, int size, long value) {
        int code = (int) value & 0xff;
        switch (cycle) {
            case 0 -> first(code);
            case 1 -> second(offset, size, value, code);
            case 2 -> fill(offset, size, value);
            default -> confirm(code);
        }
        mode();
    }

    private void first(int code) {
        switch (code) {
            case 0x10, 0x40, 0x20, 0x60 -> {
                cycle = 1;
                command = code;
            }
            case 0xe8 -> {
                status |= READY;
                cycle = 1;
                command = code;
            }
            case 0x50 -> {
                status = READY;
                array();
            }
            case 0x70, 0x90, 0x98 -> command = code;
            default -> array();
        }
    }

    private void second(long offset, int size, long value, int code) {
        switch (command) {
            case 0x10, 0x40 -> {
                if (readOnly) {
                    status |= PROGRAM_ERROR | LOCK_ERROR;
                } else {
                    program(offset, size, value);
                    flush(offset, size);
                }
                status |= READY;
                cycle = 0;
            }
            case 0x20, 0x28 -> {
                if (code == 0xd0) {
                    erase(offset);
                    cycle = 0;
                    status |= READY;
                } else {
                    array();
                }
            }
            case 0xe8 -> {
                counter = value & 0xffff;
                bufferOffset = (int) (offset & -(long) BUFFER);
                MemorySegment.copy(
                        block.segment(), ValueLayout.JAVA_BYTE, bufferOffset, buffer, 0, BUFFER);
                cycle = 2;
            }
            case 0x60 -> {
                if (code == 0xd0 || code == 0x01) {
                    cycle = 0;
                    status |= READY;
                } else {
                    array();
                }
            }
            default -> array();
        }
    }

    /** A word of a buffered write. */
    private void fill(long offset, int size, long value) {
        long at = offset - bufferOffset;
        if (at < 0 || at + size > BUFFER) {
            status |= PROGRAM_ERROR;
        } else {
            for (int i = 0; i < size; i++) {
                buffer[(int) at + i] &= (byte) (value >> 8 * i);
            }
        }
        status |= READY;
        if (counter-- == 0) {
            cycle = 3;
        }
    }

    private void confirm(int code) {
        if (command == 0xe8 && code == 0xd0 && (status & PROGRAM_ERROR) == 0) {
            if (readOnly) {
                status |= PROGRAM_ERROR | LOCK_ERROR;
            } else {
                memory.write(block, bufferOffset, MemorySegment.ofArray(buffer));
                flush(bufferOffset, BUFFER);
            }
            cycle = 0;
            status |= READY;
            bufferOffset = -1;
        } else {
            bufferOffset = -1;
            array();
        }
    }

    private void program(long offset, int size, long value) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            int old = block.segment().get(ValueLayout.JAVA_BYTE, offset + i);
            bytes[i] = (byte) (old & (int) (value >> 8 * i));
        }
        memory.write(block, offset, MemorySegment.ofArray(bytes));
    }

    private void erase(long offset) {
        long start = offset & -(long) sectorBytes;
        if (readOnly) {
            status |= ERASE_ERROR | LOCK_ERROR;
            return;
        }
        byte[] ones = new byte[sectorBytes];
        java.util.Arrays.fill(ones, (byte) 0xff);
        memory.write(block, start, MemorySegment.ofArray(ones));
        flush(start, sectorBytes);
    }

    /** Writes changes through to the file. */
    private void flush(long offset, int length) {
        FileChannel to = file;
        if (to == null) {
            return;
        }
        try {
            ByteBuffer bytes = block.segment().asSlice(offset, length).asByteBuffer();
            long at = offset;
            while (bytes.hasRemaining()) {
                at += to.write(bytes, at);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("flash " + block + ": cannot be written through", e);
        }
    }
}
