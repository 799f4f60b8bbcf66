@NullMarked
package dev.ferry.vmm.machine;

import org.jspecify.annotations.NullMarked;
