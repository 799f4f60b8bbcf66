@NullMarked
package dev.ferry.vmm.cpu.kvm;

import org.jspecify.annotations.NullMarked;
