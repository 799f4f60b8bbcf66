@NullMarked
package dev.ferry.vmm.chardev;

import org.jspecify.annotations.NullMarked;
