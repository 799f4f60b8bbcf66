/** How fast the interpreter is beside QEMU's translator. */
@NullMarked
package dev.ferry.vmm.bench;

import org.jspecify.annotations.NullMarked;
