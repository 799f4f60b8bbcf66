/**
 * The x86 interpreter: real, protected and long mode in plain Java.
 *
 * <p>Start at {@link dev.ferry.vmm.cpu.x86.Interpreter}. {@link dev.ferry.vmm.cpu.x86.OpcodeTable}
 * lists the instructions, {@link dev.ferry.vmm.cpu.x86.Decoder} turns bytes into {@link
 * dev.ferry.vmm.cpu.x86.Op}s, {@link dev.ferry.vmm.cpu.x86.Executor} runs blocks of them, and
 * {@link dev.ferry.vmm.cpu.x86.HotCode} makes a class of a loop that is run often.
 */
@NullMarked
package dev.ferry.vmm.cpu.x86;

import org.jspecify.annotations.NullMarked;
