@NullMarked
package dev.ferry.vmm.memory;

import org.jspecify.annotations.NullMarked;
