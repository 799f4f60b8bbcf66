@NullMarked
package dev.ferry.vmm.boot;

import org.jspecify.annotations.NullMarked;
