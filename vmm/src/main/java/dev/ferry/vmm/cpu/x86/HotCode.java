package dev.ferry.vmm.cpu.x86;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.DynamicConstantDesc;
import java.lang.constant.MethodHandleDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.AccessFlag;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes a class of a block that is run often, and of the blocks it leads to: each {@link Op} a
 * constant, called in its turn, and jumps between the blocks jumps of the JVM.
 *
 * <p>There is no code here for any single instruction. Since the records are constants, the JVM's
 * own compiler takes their {@code exec} methods apart to what remains when every component is
 * known: a loop of the guest becomes a loop of the host.
 *
 * <pre>
 *  base = c.rip
 *  block at distance d:
 *      c.rip = base + d
 *      op0.exec(c)                     at = distance of each instruction, for a fault
 *      op1.exec(c)                     after a store: leave if c.stop
 *      if (branch.taken(c)) goto ...   backwards: leave if c.attention != 0
 * </pre>
 */
final class HotCode {

    /** Times a block is interpreted before it is made a class of. */
    static final int THRESHOLD = 1500;

    /** Classes a vCPU makes in its life at most. */
    private static final int MOST_CLASSES = 4000;

    private static final ClassDesc SELF =
            ClassDesc.of(HotCode.class.getPackageName(), "HotLoopCode");
    private static final ClassDesc CPU = X86Vcpu.class.describeConstable().orElseThrow();
    private static final ClassDesc FAULT = CpuFault.class.describeConstable().orElseThrow();
    private static final ClassDesc LOOP = HotLoop.class.describeConstable().orElseThrow();
    private static final MethodTypeDesc RUN = MethodTypeDesc.of(ConstantDescs.CD_void, CPU);
    private static final MethodTypeDesc TAKEN = MethodTypeDesc.of(ConstantDescs.CD_boolean, CPU);
    private static final MethodTypeDesc FAULTED =
            MethodTypeDesc.of(FAULT, CPU, FAULT, ConstantDescs.CD_long, ConstantDescs.CD_int);
    private static final DirectMethodHandleDesc CLASS_DATA_AT =
            MethodHandleDesc.ofMethod(
                    DirectMethodHandleDesc.Kind.STATIC,
                    MethodHandles.class.describeConstable().orElseThrow(),
                    "classDataAt",
                    MethodTypeDesc.of(
                            ConstantDescs.CD_Object,
                            ConstantDescs.CD_MethodHandles_Lookup,
                            ConstantDescs.CD_String,
                            ConstantDescs.CD_Class,
                            ConstantDescs.CD_int));

    // Local variables of the method; a long takes two.
    private static final int C = 1;
    private static final int BASE = 2;
    private static final int AT = 4;

    private final BlockCache blocks;

    /** Times a block must have been run to become part of another's class. */
    private final int least;

    private int made;

    HotCode(BlockCache blocks, int least) {
        this.blocks = blocks;
        this.least = least;
    }

    /** Has the block run as a class from now on; if that is not to be, it stays as it is. */
    void make(Block block) {
        if (made == MOST_CLASSES || block.secondPage >= 0) {
            return;
        }
        HotRegion region = HotRegion.of(block, blocks, least);
        List<Op> constants = new ArrayList<>();
        byte[] bytes =
                ClassFile.of()
                        .build(
                                SELF,
                                builder ->
                                        builder.withFlags(AccessFlag.FINAL, AccessFlag.SYNTHETIC)
                                                .withInterfaceSymbols(LOOP)
                                                .withMethodBody(
                                                        ConstantDescs.INIT_NAME,
                                                        ConstantDescs.MTD_void,
                                                        0,
                                                        HotCode::constructor)
                                                .withMethodBody(
                                                        "run",
                                                        RUN,
                                                        ClassFile.ACC_PUBLIC,
                                                        code ->
                                                                new Body(code, region, constants)
                                                                        .write()));
        try {
            MethodHandles.Lookup lookup =
                    MethodHandles.lookup().defineHiddenClassWithClassData(bytes, constants, true);
            HotLoop loop =
                    (HotLoop)
                            lookup.findConstructor(
                                            lookup.lookupClass(), MethodType.methodType(void.class))
                                    .invoke();
            made++;
            blocks.install(region, loop);
        } catch (Throwable e) {
            throw new IllegalStateException("class of a hot block", e);
        }
    }

    private static void constructor(CodeBuilder code) {
        code.aload(0)
                .invokespecial(
                        ConstantDescs.CD_Object, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void)
                .return_();
    }

    /** The method. */
    private static final class Body {

        private final CodeBuilder code;
        private final HotRegion region;
        private final List<Op> constants;
        private final Map<Integer, Label> labels = new HashMap<>();

        Body(CodeBuilder code, HotRegion region, List<Op> constants) {
            this.code = code;
            this.region = region;
            this.constants = constants;
        }

        void write() {
            for (int at : region.blocks.keySet()) {
                labels.put(at, code.newLabel());
            }
            code.aload(C).getfield(CPU, "rip", ConstantDescs.CD_long).lstore(BASE);
            code.iconst_0().istore(AT);
            Label from = code.newLabel();
            Label to = code.newLabel();
            Label handler = code.newLabel();
            code.labelBinding(from);
            region.blocks.forEach(this::block);
            code.labelBinding(to).labelBinding(handler).astore(AT + 1);
            code.aload(C)
                    .aload(AT + 1)
                    .lload(BASE)
                    .iload(AT)
                    .invokestatic(LOOP, "faulted", FAULTED, true)
                    .athrow();
            code.exceptionCatch(from, to, handler, FAULT);
        }

        private void block(int distance, Block block) {
            code.labelBinding(label(distance));
            rip(distance, -1);
            int n = block.ops.length;
            for (int i = 0; i < n; i++) {
                Op op = block.ops[i];
                boolean last = i == n - 1;
                int traits = block.traits[i];
                code.loadConstant(distance + block.starts[i]).istore(AT);
                constant(op);
                code.aload(C);
                ClassDesc type = op.getClass().describeConstable().orElseThrow();
                if (last && op instanceof Branch branch) {
                    code.invokevirtual(type, "taken", TAKEN);
                    branch(distance, branch, (traits & Opcode.STORES) != 0);
                    return;
                }
                code.invokevirtual(type, "exec", RUN);
                boolean stores = (traits & Opcode.STORES) != 0;
                if (last) {
                    end(distance, block, traits, stores);
                } else if (stores) {
                    leaveIfStopped(distance + block.starts[i + 1], -1);
                }
            }
        }

        private void end(int distance, Block block, int traits, boolean stores) {
            if ((traits & Opcode.JUMP) != 0) {
                code.return_();
            } else if ((traits & Opcode.END) != 0) {
                leave(distance + block.length(), -1);
            } else {
                edge(distance, distance + block.length(), -1, stores);
            }
        }

        private void branch(int distance, Branch branch, boolean stores) {
            int target = distance + branch.target();
            if (branch.always()) {
                code.pop();
                edge(distance, target, branch.mask(), stores);
                return;
            }
            Label taken = code.newLabel();
            code.ifne(taken);
            edge(distance, distance + branch.next(), -1, stores);
            code.labelBinding(taken);
            edge(distance, target, branch.mask(), stores);
        }

        /** Goes on at a block, or leaves. */
        private void edge(int from, int to, long mask, boolean stores) {
            if (!labels.containsKey(to)) {
                leave(to, mask);
                return;
            }
            if (stores) {
                leaveIfStopped(to, mask);
            }
            if (to <= from) {
                Label stay = code.newLabel();
                code.aload(C).getfield(CPU, "attention", ConstantDescs.CD_int).ifeq(stay);
                leave(to, mask);
                code.labelBinding(stay);
            }
            code.goto_(label(to));
        }

        private void leaveIfStopped(int to, long mask) {
            Label stay = code.newLabel();
            code.aload(C).getfield(CPU, "stop", ConstantDescs.CD_boolean).ifeq(stay);
            leave(to, mask);
            code.labelBinding(stay);
        }

        /** Whoever runs the next block looks at {@code stop} no more: it is cleared. */
        private void leave(int to, long mask) {
            rip(to, mask);
            code.aload(C).iconst_0().putfield(CPU, "stop", ConstantDescs.CD_boolean);
            code.return_();
        }

        /** Sets RIP; the mode's own mask is that of 32 bits, except in 64-bit mode. */
        private void rip(int distance, long mask) {
            boolean wide = (region.head.mode & X86Vcpu.CODE64) != 0;
            long all = wide ? -1 : 0xffffffffL;
            long effective = all & mask;
            code.aload(C).lload(BASE).loadConstant((long) distance).ladd();
            if (effective != -1) {
                code.loadConstant(effective).land();
            }
            code.putfield(CPU, "rip", ConstantDescs.CD_long);
        }

        private void constant(Op op) {
            code.loadConstant(
                    DynamicConstantDesc.ofNamed(
                            CLASS_DATA_AT,
                            ConstantDescs.DEFAULT_NAME,
                            op.getClass().describeConstable().orElseThrow(),
                            constants.size()));
            constants.add(op);
        }

        private Label label(int distance) {
            Label label = labels.get(distance);
            if (label == null) {
                throw new IllegalStateException("no block at distance " + distance);
            }
            return label;
        }
    }
}
