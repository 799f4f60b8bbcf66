/**
 * Floating point as the x87 and SSE units do it: formats, rounding, exceptions, on long mantissas.
 * Knows nothing of instructions and registers. Start at {@link dev.ferry.vmm.cpu.x86.fp.SoftFloat}.
 */
@NullMarked
package dev.ferry.vmm.cpu.x86.fp;

import org.jspecify.annotations.NullMarked;
