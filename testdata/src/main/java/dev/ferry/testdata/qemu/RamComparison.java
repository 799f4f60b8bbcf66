package dev.ferry.testdata.qemu;

import java.util.List;

/**
 * How the RAM of a running QEMU compares with a truth, by the names of the blocks.
 *
 * @param equal content and used length are those of the truth
 * @param different one of them is not, or QEMU has no such block
 * @param unreachable QEMU has the block, but its content cannot be read
 */
public record RamComparison(List<String> equal, List<String> different, List<String> unreachable) {

    public RamComparison {
        equal = List.copyOf(equal);
        different = List.copyOf(different);
        unreachable = List.copyOf(unreachable);
    }
}
