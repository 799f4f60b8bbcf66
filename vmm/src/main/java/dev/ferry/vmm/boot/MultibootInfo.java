package dev.ferry.vmm.boot;

import dev.ferry.vmm.memory.AddressSpace;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What a Multiboot kernel is told, laid out behind it: modules on pages of their own, then the
 * information structure with its texts and tables.
 *
 * <p>Source: Multiboot Specification 0.6.96, section 3.3.
 */
final class MultibootInfo {

    private static final int FLAG_MEMORY = 1;
    private static final int FLAG_COMMAND_LINE = 1 << 2;
    private static final int FLAG_MODULES = 1 << 3;
    private static final int FLAG_MEMORY_MAP = 1 << 6;
    private static final int FLAG_LOADER_NAME = 1 << 9;

    private static final int STRUCTURE_BYTES = 88;
    private static final int MODULE_BYTES = 16;
    private static final int RANGE_BYTES = 24;
    private static final long PAGE_BYTES = 4096;

    private final MemoryMap map;
    private final List<MultibootKernel.ModuleFile> modules;
    private final long[] moduleAddresses;
    private final List<byte[]> texts;
    private final long address;

    private MultibootInfo(
            MemoryMap map,
            List<MultibootKernel.ModuleFile> modules,
            long[] moduleAddresses,
            List<byte[]> texts,
            long address) {
        this.map = map;
        this.modules = modules;
        this.moduleAddresses = moduleAddresses;
        this.texts = texts;
        this.address = address;
    }

    /**
     * Finds places for all of it.
     *
     * @param kernelEnd the first byte behind the kernel
     * @throws BootException if there is no room
     */
    static MultibootInfo place(
            MemoryMap map,
            long kernelEnd,
            String commandLine,
            List<MultibootKernel.ModuleFile> modules,
            String name)
            throws BootException {
        long at = pages(kernelEnd);
        long[] addresses = new long[modules.size()];
        for (int i = 0; i < addresses.length; i++) {
            addresses[i] = at;
            at = pages(at + modules.get(i).bytes().limit());
        }
        List<byte[]> texts = new java.util.ArrayList<>();
        texts.add(text(commandLine));
        texts.add(text("ferry"));
        modules.forEach(module -> texts.add(text(module.text())));
        MultibootInfo info = new MultibootInfo(map, modules, addresses, texts, at);
        long start = pages(kernelEnd);
        long length = at + info.bytes() - start;
        if (!map.usable(start, length)) {
            throw new BootException(
                    "kernel "
                            + name
                            + ": there is no RAM behind it for modules and information: 0x"
                            + Long.toHexString(length)
                            + " bytes at 0x"
                            + Long.toHexString(start));
        }
        return info;
    }

    private static long pages(long address) {
        return (address + PAGE_BYTES - 1) & -PAGE_BYTES;
    }

    private static byte[] text(String text) {
        return (text + '\0').getBytes(StandardCharsets.UTF_8);
    }

    long address() {
        return address;
    }

    private int bytes() {
        int bytes =
                STRUCTURE_BYTES + modules.size() * MODULE_BYTES + map.ranges().size() * RANGE_BYTES;
        for (byte[] text : texts) {
            bytes += text.length;
        }
        return bytes;
    }

    void write(AddressSpace memory) {
        for (int i = 0; i < moduleAddresses.length; i++) {
            ByteBuffer bytes = modules.get(i).bytes();
            MultibootKernel.copy(memory, moduleAddresses[i], bytes, 0, bytes.limit());
        }
        ByteBuffer all = GuestBytes.buffer(bytes());
        int moduleTable = STRUCTURE_BYTES;
        int ranges = moduleTable + modules.size() * MODULE_BYTES;
        int text = ranges + map.ranges().size() * RANGE_BYTES;
        int[] textAt = new int[texts.size()];
        for (int i = 0; i < textAt.length; i++) {
            textAt[i] = text;
            all.put(text, texts.get(i));
            text += texts.get(i).length;
        }
        int flags = FLAG_MEMORY | FLAG_COMMAND_LINE | FLAG_MEMORY_MAP | FLAG_LOADER_NAME;
        all.putInt(0, modules.isEmpty() ? flags : flags | FLAG_MODULES);
        all.putInt(4, map.baseKib());
        all.putInt(8, (int) (map.extended() / 1024));
        all.putInt(16, at(textAt[0]));
        all.putInt(20, modules.size());
        all.putInt(24, modules.isEmpty() ? 0 : at(moduleTable));
        all.putInt(44, map.ranges().size() * RANGE_BYTES);
        all.putInt(48, at(ranges));
        all.putInt(64, at(textAt[1]));
        for (int i = 0; i < moduleAddresses.length; i++) {
            all.position(moduleTable + i * MODULE_BYTES);
            all.putInt((int) moduleAddresses[i]);
            all.putInt((int) moduleAddresses[i] + modules.get(i).bytes().limit());
            all.putInt(at(textAt[2 + i]));
        }
        all.position(ranges);
        for (MemoryMap.Range range : map.ranges()) {
            all.putInt(RANGE_BYTES - 4);
            all.putLong(range.start()).putLong(range.length()).putInt(range.type());
        }
        new GuestBytes(memory).write(address, all);
    }

    private int at(int offset) {
        return (int) address + offset;
    }
}
