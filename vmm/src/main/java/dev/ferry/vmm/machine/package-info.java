/** The machine: boards, vCPU threads, the clock, and the machine's state as a stream has it. */
@NullMarked
package dev.ferry.vmm.machine;

import org.jspecify.annotations.NullMarked;
