/**
 * Real QEMU in a test: the conformance kit's live part.
 *
 * <p>{@link dev.ferry.testdata.qemu.QemuPeer} finds an emulator of a release, {@link
 * dev.ferry.testdata.qemu.QemuProcess} runs it with its monitor ({@link
 * dev.ferry.testdata.qemu.QmpClient}), its serial port ({@link dev.ferry.testdata.qemu.SerialLog})
 * and its memory ({@link dev.ferry.testdata.qemu.GuestMemory}) within reach. {@link
 * dev.ferry.testdata.qemu.FixtureMachine} starts the machine of a capture, as the source it once
 * was or as a destination for what a test wrote; {@link dev.ferry.testdata.qemu.Incoming} feeds it.
 *
 * <p>Every wait ends with an event or a deadline; nothing polls. How to get the two releases side
 * by side is in the README of {@code testdata/peers}.
 */
@NullMarked
package dev.ferry.testdata.qemu;

import org.jspecify.annotations.NullMarked;
