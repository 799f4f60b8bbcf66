package dev.ferry.vmm.device;

import dev.ferry.stream.vmstate.FieldType;

/** The TPR patching of old guests, which is never active: its state is carried. */
public final class KvmTprOpt extends Device {

    public KvmTprOpt() {
        super("kvm-tpr-opt", 0, 1);
    }

    @Override
    protected void state(StateFields f) {
        f.struct(
                "rom_state",
                "kvmvapic-guest-rom",
                1,
                s -> {
                    s.unused("unused", 8);
                    s.kept32("vaddr", 0);
                    s.kept32("fixup_start", 0);
                    s.kept32("fixup_end", 0);
                    s.kept32("vapic_vaddr", 0);
                    s.kept32("vapic_size", 0);
                    s.kept32("vcpu_shift", 0);
                    s.kept32("real_tpr_addr", 0);
                    s.struct("up", "kvmvapic-handlers", 1, KvmTprOpt::handlers);
                    s.struct("mp", "kvmvapic-handlers", 1, KvmTprOpt::handlers);
                });
        f.kept32("state", 0);
        f.kept32("real_tpr_addr", 0);
        f.kept32("rom_state_vaddr", 0);
        f.kept32("vapic_paddr", 0);
        f.kept32("rom_state_paddr", 0);
    }

    private static void handlers(StateFields f) {
        f.kept32("set_tpr", 0);
        f.kept32("set_tpr_eax", 0);
        f.keptArray("get_tpr", FieldType.of("uint32"), 8, 0);
        f.kept32("get_tpr_stack", 0);
    }
}
