package dev.ferry.testdata.qemu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where RAM blocks lie in a QEMU whose {@code info ramblock} does not say so (before 8.2).
 *
 * <p>A block that the guest sees is found through its physical address: {@code info mtree -f} tells
 * which memory region is where, {@code gpa2hva} where that is in the process. The others, such as
 * the ACPI tables behind fw_cfg, are known from the trace of QEMU's allocations: whatever
 * allocation is nobody's and has the right size, if there is only one.
 */
final class HostAddresses {
    /** The file of the trace. */
    static final String ALLOCATIONS = "allocations";

    private static final Pattern REGION =
            Pattern.compile(
                    "(?m)^ +(\\p{XDigit}{16})-\\p{XDigit}{16} \\(prio \\d+, (?:ram|rom|romd|nv-ram)\\):"
                            + " (\\S+?)(?: @(\\p{XDigit}{16}))?(?: KVM)?$");
    private static final Pattern ADDRESS = Pattern.compile(" is 0x(\\p{XDigit}+)");
    private static final Pattern ALLOCATION =
            Pattern.compile("qemu_anon_ram_alloc size (\\d+) ptr 0x(\\p{XDigit}+)");

    private final Map<String, Long> byRegion = new HashMap<>();
    private final Map<Long, Long> sizeByAddress = new HashMap<>();

    private HostAddresses() {}

    static HostAddresses of(QmpClient qmp, Path allocations) throws IOException {
        HostAddresses addresses = new HostAddresses();
        Matcher region = REGION.matcher(qmp.human("info mtree -f"));
        while (region.find()) {
            String name = region.group(2);
            if (!addresses.byRegion.containsKey(name)) {
                Matcher address = ADDRESS.matcher(qmp.human("gpa2hva 0x" + region.group(1)));
                if (address.find()) {
                    String offset = region.group(3);
                    addresses.byRegion.put(
                            name, hex(address.group(1)) - (offset == null ? 0 : hex(offset)));
                }
            }
        }
        if (Files.exists(allocations)) {
            Matcher allocation = ALLOCATION.matcher(Files.readString(allocations));
            while (allocation.find()) {
                addresses.sizeByAddress.put(
                        hex(allocation.group(2)), Long.parseLong(allocation.group(1)));
            }
        }
        return addresses;
    }

    /** The blocks with the addresses that could be found. */
    List<RamBlock> locate(List<RamBlock> blocks) {
        Set<Long> taken = new HashSet<>();
        for (RamBlock block : blocks) {
            visible(block).ifPresent(taken::add);
        }
        return blocks.stream()
                .map(block -> {
                    OptionalLong visible = visible(block);
                    return new RamBlock(
                            block.idstr(),
                            block.used(),
                            block.max(),
                            visible.isPresent() ? visible : allocated(block, blocks, taken));
                })
                .toList();
    }

    private OptionalLong visible(RamBlock block) {
        Long address = byRegion.get(block.idstr());
        if (address == null) {
            // A device's block has the device's path before the region's name.
            address = byRegion.get(block.idstr().substring(block.idstr().lastIndexOf('/') + 1));
        }
        return address == null ? OptionalLong.empty() : OptionalLong.of(address);
    }

    private OptionalLong allocated(RamBlock block, List<RamBlock> blocks, Set<Long> taken) {
        boolean ambiguous =
                blocks.stream()
                        .anyMatch(other ->
                                other != block
                                        && other.max() == block.max()
                                        && visible(other).isEmpty());
        List<Long> free =
                sizeByAddress.entrySet().stream()
                        .filter(entry -> entry.getValue() == block.max())
                        .map(Map.Entry::getKey)
                        .filter(address -> !taken.contains(address))
                        .toList();
        return ambiguous || free.size() != 1
                ? OptionalLong.empty()
                : OptionalLong.of(free.getFirst());
    }

    private static long hex(String digits) {
        return Long.parseUnsignedLong(digits, 16);
    }
}
