/**
 * The interpreter against QEMU's translator: seeded random instruction sequences in four processor
 * modes, run by both from the same image of memory; what they leave in memory must be the same.
 * Start at {@link dev.ferry.vmm.oracle.OracleTest}.
 */
@NullMarked
package dev.ferry.vmm.oracle;

import org.jspecify.annotations.NullMarked;
