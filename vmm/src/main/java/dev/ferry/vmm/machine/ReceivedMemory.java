package dev.ferry.vmm.machine;

import dev.ferry.stream.Place;
import dev.ferry.stream.convert.SavedSection;
import dev.ferry.stream.convert.SavedVm;
import dev.ferry.stream.dump.GuestEvidence;
import dev.ferry.stream.dump.GuestLayout;
import dev.ferry.stream.dump.GuestRange;
import dev.ferry.vmm.memory.Backing;
import dev.ferry.vmm.memory.RamBlock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The blocks of a saved VM: how large they are, and where those of main memory belong. */
final class ReceivedMemory {

    private final SavedVm vm;
    private final MachineConfig config;
    private final Set<String> mainBlocks = new HashSet<>();

    ReceivedMemory(SavedVm vm, MachineConfig config) {
        this.vm = vm;
        this.config = config;
    }

    /** Bytes of a block, 0 if there is none of that name. */
    long bytes(String id) {
        for (dev.ferry.stream.ram.RamBlock block : vm.blocks()) {
            if (block.id().equals(id)) {
                return block.usedLength();
            }
        }
        return 0;
    }

    int flashChips() {
        int chips = 0;
        while (bytes("system.flash" + chips) > 0) {
            chips++;
        }
        return chips;
    }

    /** Makes the blocks of main memory; tells where their pieces are. */
    List<RamLayout.Piece> mainMemory(Board board) throws IOException {
        GuestEvidence evidence = new GuestEvidence();
        for (SavedSection section : vm.devices()) {
            if (GuestEvidence.wants(section.name())) {
                evidence.device(section.state());
            }
        }
        GuestLayout layout =
                GuestLayout.of(vm.machine(), vm.blocks(), evidence, new Place(vm.name(), 0, "ram"));
        // The ranges leave out what ROMs and adapters hide: one piece for each distance between
        // address and place in the block.
        record Key(String id, long distance) {}
        Map<Key, long[]> found = new HashMap<>();
        List<Key> order = new ArrayList<>();
        for (GuestRange range : layout.ranges()) {
            if (range.kind() == GuestRange.Kind.RAM) {
                Key key = new Key(range.block().id(), range.start() - range.blockOffset());
                long[] ends = found.get(key);
                if (ends == null) {
                    ends = new long[] {range.blockOffset(), 0};
                    found.put(key, ends);
                    order.add(key);
                }
                ends[0] = Math.min(ends[0], range.blockOffset());
                ends[1] = Math.max(ends[1], range.blockOffset() + range.length());
            }
        }
        List<RamLayout.Piece> pieces = new ArrayList<>();
        for (Key key : order) {
            RamBlock block = board.blocks.find(key.id);
            if (block == null) {
                boolean only = order.stream().allMatch(each -> each.id.equals(key.id));
                block =
                        board.blocks.add(
                                key.id,
                                bytes(key.id),
                                bytes(key.id),
                                false,
                                only ? config.ramBacking : new Backing.Anonymous());
                mainBlocks.add(key.id);
            }
            long[] ends = java.util.Objects.requireNonNull(found.get(key));
            pieces.add(
                    new RamLayout.Piece(block, key.distance + ends[0], ends[0], ends[1] - ends[0]));
        }
        return pieces;
    }
}
