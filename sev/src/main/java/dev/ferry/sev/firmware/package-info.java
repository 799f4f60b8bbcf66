/**
 * The software secure processor: platform and guest state machines, and every command of the SEV
 * API that a launch or a live migration needs. Start at {@link
 * dev.ferry.sev.firmware.SecureProcessor}.
 *
 * <p>It answers as AMD's firmware does, number for number, and its packets, certificates and
 * sessions are the real ones; but whoever runs the JVM can read its memory. It protects a guest's
 * memory from those who hold only that memory, a stream or a file, not from its own process.
 */
@NullMarked
package dev.ferry.sev.firmware;

import org.jspecify.annotations.NullMarked;
