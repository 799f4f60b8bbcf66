package dev.ferry.vmm.cpu.x86;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A block and those of the same page that it leads to, with their distances from it.
 *
 * <p>Distances are of physical addresses, and of RIP as well, since it is one page.
 */
final class HotRegion {

    /** The JVM compiles no method of more than 8000 bytes, and inlines no more than that. */
    private static final int MOST_OPS = 120;

    final Block head;

    /** Blocks by distance, in the order they were found. */
    final Map<Integer, Block> blocks = new LinkedHashMap<>();

    private int ops;

    private HotRegion(Block head) {
        this.head = head;
    }

    /**
     * Follows jumps from a block on.
     *
     * @param least how often a block must have been run to be taken in
     */
    static HotRegion of(Block head, BlockCache cache, int least) {
        HotRegion region = new HotRegion(head);
        region.add(0, head);
        List<Integer> open = new ArrayList<>(List.of(0));
        for (int i = 0; i < open.size(); i++) {
            int from = open.get(i);
            Block block = region.blocks.get(from);
            if (block == null) {
                continue;
            }
            for (int to : successors(block)) {
                int distance = from + to;
                Block next = cache.neighbour(head, head.physical + distance);
                if (next != null
                        && !region.blocks.containsKey(distance)
                        && next.count >= least
                        && region.ops + next.ops.length <= MOST_OPS) {
                    region.add(distance, next);
                    open.add(distance);
                }
            }
        }
        return region;
    }

    private void add(int distance, Block block) {
        blocks.put(distance, block);
        ops += block.ops.length;
    }

    /** The branch that ends a block, if one does. */
    static @Nullable Branch branch(Block block) {
        return block.ops[block.ops.length - 1] instanceof Branch branch ? branch : null;
    }

    private static int[] successors(Block block) {
        Branch branch = branch(block);
        if (branch != null) {
            return branch.always()
                    ? new int[] {branch.target()}
                    : new int[] {branch.target(), branch.next()};
        }
        int last = block.traits[block.ops.length - 1];
        return (last & (Opcode.END | Opcode.JUMP)) != 0 ? new int[0] : new int[] {block.length()};
    }

    /** Distance of the first instruction. */
    int first() {
        int first = 0;
        for (int at : blocks.keySet()) {
            first = Math.min(first, at);
        }
        return first;
    }

    /** Distance of the last byte. */
    int last() {
        int last = 0;
        for (Map.Entry<Integer, Block> e : blocks.entrySet()) {
            last = Math.max(last, e.getKey() + e.getValue().length() - 1);
        }
        return last;
    }
}
