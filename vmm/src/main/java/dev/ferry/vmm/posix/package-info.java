/** The few C library calls that the JDK has no class for, by java.lang.foreign. Linux only. */
@NullMarked
package dev.ferry.vmm.posix;

import org.jspecify.annotations.NullMarked;
