/** What plugs into the reading of a stream: RAM records that QEMU itself does not have. */
@NullMarked
package dev.ferry.stream.spi;

import org.jspecify.annotations.NullMarked;
