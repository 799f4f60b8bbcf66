/**
 * What a guest starts from: a firmware image, the boot sector of a disk, a Multiboot kernel. For
 * the latter two there is a firmware of our own, {@link dev.ferry.vmm.boot.BootRom}; its source is
 * {@code src/main/asm/bootrom.asm}, and {@link dev.ferry.vmm.boot.BootServices} is what it talks
 * to.
 */
@NullMarked
package dev.ferry.vmm.boot;

import org.jspecify.annotations.NullMarked;
