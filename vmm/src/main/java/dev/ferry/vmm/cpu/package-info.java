/** The vCPU contract, and the state that every backend shares. */
@NullMarked
package dev.ferry.vmm.cpu;

import org.jspecify.annotations.NullMarked;
