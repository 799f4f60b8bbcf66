@NullMarked
package dev.ferry.vmm.device;

import org.jspecify.annotations.NullMarked;
