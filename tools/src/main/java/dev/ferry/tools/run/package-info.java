/**
 * {@code ferry run}: the virtual machine, with QEMU's option names. {@link
 * dev.ferry.tools.run.LaunchOption} is the table of options, {@code LaunchReader} reads a command
 * line into a {@code LaunchConfig}, {@code RunSession} makes the machine and sees it to its end.
 */
@NullMarked
package dev.ferry.tools.run;

import org.jspecify.annotations.NullMarked;
