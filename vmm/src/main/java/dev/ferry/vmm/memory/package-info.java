/** Guest memory: RAM blocks, the physical address map, the dirty log. */
@NullMarked
package dev.ferry.vmm.memory;

import org.jspecify.annotations.NullMarked;
