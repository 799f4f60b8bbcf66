/**
 * The host's ends of serial lines: what {@code -chardev} and {@code -serial} make. A {@link
 * dev.ferry.vmm.chardev.ChardevSpec} says what is wanted, {@link
 * dev.ferry.vmm.chardev.ChardevSpec#open} makes it.
 */
@NullMarked
package dev.ferry.vmm.chardev;

import org.jspecify.annotations.NullMarked;
