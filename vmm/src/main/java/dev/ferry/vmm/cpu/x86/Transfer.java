package dev.ferry.vmm.cpu.x86;

/** An {@link Op} that sets RIP, in a row of the table where others do not. */
interface Transfer extends Op {}
