/**
 * {@code ferry diff}: what two saved VMs have different. {@link Side} reads an input, {@link
 * StreamDiff}, {@link DeviceDiff} and {@link RamDiff} compare, a {@link DiffReport} tells.
 */
@NullMarked
package dev.ferry.tools.diff;

import org.jspecify.annotations.NullMarked;
