/** Device models, each with its state as QEMU lays it out. */
@NullMarked
package dev.ferry.vmm.device;

import org.jspecify.annotations.NullMarked;
