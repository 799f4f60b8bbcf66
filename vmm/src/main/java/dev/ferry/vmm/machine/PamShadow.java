package dev.ferry.vmm.machine;

import dev.ferry.vmm.device.ShadowMemory;
import dev.ferry.vmm.memory.Access;
import dev.ferry.vmm.memory.AddressSpace;
import dev.ferry.vmm.memory.Mapping;
import dev.ferry.vmm.memory.RamBlock;
import org.jspecify.annotations.Nullable;

/** RAM over the ROMs from 0xc0000 to 0xfffff, piece by piece as the host bridge has it. */
final class PamShadow implements ShadowMemory {

    private static final int PIECES = 13;
    private static final int ABOVE_ROM = 2;

    private final AddressSpace memory;
    private final Mapping[] pieces = new Mapping[PIECES];

    /**
     * @param ram what is at address 0, or null
     */
    PamShadow(AddressSpace memory, @Nullable RamBlock ram) {
        this.memory = memory;
        if (ram == null || ram.size() < 0x100000) {
            return;
        }
        memory.update(() -> {
            for (int i = 0; i < PIECES; i++) {
                long start = i == 0 ? 0xf0000 : 0xc0000 + (i - 1) * 0x4000L;
                pieces[i] =
                        memory.add(
                                start,
                                i == 0 ? 0x10000 : 0x4000,
                                ABOVE_ROM,
                                ram,
                                start,
                                null,
                                Access.READ_WRITE);
                pieces[i].enabled(false);
            }
        });
    }

    @Override
    public void shadow(int piece, boolean reads, boolean writes) {
        Mapping mapping = pieces[piece];
        if (mapping == null) {
            return;
        }
        // Reading ROM and writing RAM is not distinguished from ROM, as in QEMU.
        memory.update(() -> {
            mapping.access(writes ? Access.READ_WRITE : Access.READ_ONLY);
            mapping.enabled(reads);
        });
    }
}
