@NullMarked
package dev.ferry.vmm;

import org.jspecify.annotations.NullMarked;
