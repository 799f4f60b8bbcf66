/**
 * Guest-physical memory and vCPU registers of a stored VM, and the memory dumps made of them.
 *
 * <p>A stream carries RAM blocks, not addresses. {@link dev.ferry.stream.dump.GuestEvidence}
 * collects what a stream tells about where they lie, {@link dev.ferry.stream.dump.GuestLayout} is
 * the answer. With a {@link dev.ferry.stream.ram.PageSource} these make a {@link
 * dev.ferry.stream.dump.GuestDump}, which {@link dev.ferry.stream.dump.ElfCoreWriter}, {@link
 * dev.ferry.stream.dump.KdumpWriter}, {@link dev.ferry.stream.dump.LimeWriter}, {@link
 * dev.ferry.stream.dump.RawMemoryWriter} and {@link dev.ferry.stream.dump.RegistersJson} write.
 */
@NullMarked
package dev.ferry.stream.dump;

import org.jspecify.annotations.NullMarked;
