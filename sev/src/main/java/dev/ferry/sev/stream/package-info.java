/**
 * What SEV adds to a migration stream: records of RAM flag 0x200, read through {@link
 * dev.ferry.stream.spi.RamExtension} and written beside QEMU's own.
 */
@NullMarked
package dev.ferry.sev.stream;

import org.jspecify.annotations.NullMarked;
