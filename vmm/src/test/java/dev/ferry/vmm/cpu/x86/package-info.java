/** Tests of the interpreter. */
@org.jspecify.annotations.NullMarked
package dev.ferry.vmm.cpu.x86;
