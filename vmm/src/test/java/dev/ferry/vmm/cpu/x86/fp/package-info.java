@NullMarked
package dev.ferry.vmm.cpu.x86.fp;

import org.jspecify.annotations.NullMarked;
