package dev.ferry.vmm.device;

import dev.ferry.vmm.memory.AddressSpace;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * QEMU's firmware configuration device: named blobs that firmware asks the host for.
 *
 * <p>Source: QEMU docs/specs/fw_cfg.rst; the state's fields are those of hw/nvram/fw_cfg.c.
 */
public final class FwCfg extends Device {

    /** Keys of what is not a file. */
    public static final int SIGNATURE = 0x00;

    public static final int ID = 0x01;
    public static final int UUID = 0x02;
    public static final int RAM_SIZE = 0x03;
    public static final int NO_GRAPHIC = 0x04;
    public static final int CPU_COUNT = 0x05;
    public static final int KERNEL_ADDRESS = 0x07;
    public static final int KERNEL_SIZE = 0x08;
    public static final int BOOT_DEVICE = 0x0c;
    public static final int BOOT_MENU = 0x0e;
    public static final int MAX_CPUS = 0x0f;
    public static final int KERNEL_ENTRY = 0x10;
    public static final int KERNEL_DATA = 0x11;
    public static final int COMMAND_LINE_SIZE = 0x14;
    public static final int COMMAND_LINE_DATA = 0x15;
    public static final int SETUP_ADDRESS = 0x16;
    public static final int SETUP_SIZE = 0x17;
    public static final int SETUP_DATA = 0x18;

    private static final int DIRECTORY = 0x19;
    private static final int FIRST_FILE = 0x20;
    private static final int NAME_BYTES = 56;
    private static final int ENTRY_BYTES = 64;

    private static final int DMA_ERROR = 0x01;
    private static final int DMA_READ = 0x02;
    private static final int DMA_SKIP = 0x04;
    private static final int DMA_SELECT = 0x08;
    private static final int DMA_WRITE = 0x10;
    private static final long DMA_SIGNATURE = 0x51454d5520434647L;
    private static final int DMA_CHUNK = 1 << 20;

    private final AddressSpace memory;
    private final boolean dma;
    private final Map<Integer, byte[]> items = new HashMap<>();
    private final TreeMap<String, byte[]> files = new TreeMap<>();
    private int key;
    private int offset;
    private long dmaAddress;
    private long tableBytes;
    private long linkerBytes;
    private long rsdpBytes;

    /**
     * @param memory where the DMA interface reads and writes
     * @param dma whether there is one, as since version 2.5
     */
    public FwCfg(AddressSpace memory, boolean dma) {
        super("fw_cfg", 0, 2);
        this.memory = memory;
        this.dma = dma;
        put(SIGNATURE, "QEMU".getBytes(StandardCharsets.US_ASCII));
        putInt(ID, dma ? 3 : 1);
    }

    /** Sets an item. */
    public void put(int itemKey, byte[] content) {
        items.put(itemKey, content);
    }

    /** Sets an item of 2 bytes. */
    public void putShort(int itemKey, int value) {
        put(itemKey, little(2).putShort((short) value).array());
    }

    /** Sets an item of 4 bytes. */
    public void putInt(int itemKey, int value) {
        put(itemKey, little(4).putInt(value).array());
    }

    /** Sets an item of 8 bytes. */
    public void putLong(int itemKey, long value) {
        put(itemKey, little(8).putLong(value).array());
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Sets a file, for firmware that looks for its name in the directory. */
    public void file(String name, byte[] content) {
        if (name.length() >= NAME_BYTES) {
            throw new IllegalArgumentException("the file name '" + name + "' is too long");
        }
        files.put(name, content);
        directory();
    }

    /** Bytes of the ACPI tables' blobs, whose memory travels as RAM blocks. */
    public void acpiSizes(long tables, long linker, long rsdp) {
        tableBytes = tables;
        linkerBytes = linker;
        rsdpBytes = rsdp;
    }

    private void directory() {
        ByteBuffer list = ByteBuffer.allocate(4 + files.size() * ENTRY_BYTES);
        list.putInt(files.size());
        int next = FIRST_FILE;
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            list.putInt(file.getValue().length);
            list.putShort((short) next);
            list.putShort((short) 0);
            byte[] name = new byte[NAME_BYTES];
            byte[] text = file.getKey().getBytes(StandardCharsets.ISO_8859_1);
            System.arraycopy(text, 0, name, 0, text.length);
            list.put(name);
            items.put(next, file.getValue());
            next++;
        }
        put(DIRECTORY, list.array());
    }

    @Override
    protected void state(StateFields f) {
        key = f.u16("cur_entry", key);
        offset = f.u32("cur_offset[1]", offset);
        f.subsection("fw_cfg/dma", 0, dma, s -> dmaAddress = s.u64("dma_addr", dmaAddress));
        boolean there =
                f.subsection(
                        "fw_cfg/acpi_mr",
                        1,
                        ((tableBytes | linkerBytes | rsdpBytes) & 0xfff) != 0,
                        s -> {
                            tableBytes = s.u64("table_mr_size", tableBytes);
                            linkerBytes = s.u64("linker_mr_size", linkerBytes);
                            rsdpBytes = s.u64("rsdp_mr_size", rsdpBytes);
                        });
        if (f.loading() && !there) {
            acpiSizes(0, 0, 0);
        }
    }

    @Override
    public void reset() {
        super.reset();
        select(0);
        dmaAddress = 0;
    }

    private void select(int newKey) {
        key = newKey;
        offset = 0;
    }

    private byte[] item() {
        return items.getOrDefault(key & ~0x4000, new byte[0]);
    }

    private int next() {
        byte[] item = item();
        return offset >= 0 && offset < item.length ? item[offset++] & 0xff : 0;
    }

    /** Ports 0x510 and 0x511. */
    public PortDevice ports() {
        return new PortDevice() {
            @Override
            public int in(int port, int size) {
                return port == 1 ? next() : 0;
            }

            @Override
            public void out(int port, int size, int value) {
                if (port == 0 && size == 2) {
                    select(value & 0xffff);
                }
            }
        };
    }

    /** Ports 0x514 to 0x51b: the address of a transfer, most significant byte first. */
    public PortDevice dmaPorts() {
        return new PortDevice() {
            @Override
            public int in(int port, int size) {
                long shifted = DMA_SIGNATURE >>> 8 * (8 - port - size);
                int value = (int) shifted;
                return size == 4
                        ? Integer.reverseBytes(value)
                        : size == 2 ? Short.reverseBytes((short) value) & 0xffff : value & 0xff;
            }

            @Override
            public void out(int port, int size, int value) {
                if (size != 4) {
                    return;
                }
                long part = Integer.reverseBytes(value) & 0xffffffffL;
                if (port == 0) {
                    dmaAddress = part << 32;
                } else if (port == 4) {
                    dmaAddress |= part;
                    transfer();
                }
            }
        };
    }

    private void transfer() {
        long at = dmaAddress;
        dmaAddress = 0;
        byte[] head = new byte[16];
        memory.read(at, head);
        ByteBuffer command = ByteBuffer.wrap(head);
        int control = command.getInt();
        long length = command.getInt() & 0xffffffffL;
        long address = command.getLong();
        if ((control & DMA_SELECT) != 0) {
            select(control >>> 16);
        }
        int result = 0;
        if ((control & DMA_READ) != 0) {
            read(address, length);
        } else if ((control & DMA_WRITE) != 0) {
            result = DMA_ERROR;
        } else if ((control & DMA_SKIP) != 0) {
            offset = (int) Math.min(Integer.MAX_VALUE, offset + length);
        }
        memory.write(at, ByteBuffer.allocate(4).putInt(result).array());
    }

    /** Copies to memory; what an item does not have is zero. */
    private void read(long address, long length) {
        byte[] item = item();
        long done = 0;
        while (done < length) {
            int left = (int) Math.min(length - done, DMA_CHUNK);
            byte[] bytes = new byte[left];
            int there = Math.min(left, Math.max(0, item.length - offset));
            if (there > 0) {
                System.arraycopy(item, offset, bytes, 0, there);
                offset += there;
            }
            memory.write(address + done, bytes);
            done += left;
        }
    }
}
