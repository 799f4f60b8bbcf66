package dev.ferry.testdata.qemu;

import java.util.OptionalLong;

/**
 * A RAM block of a running QEMU, as {@code info ramblock} lists it.
 *
 * @param idstr QEMU's name of the block
 * @param used bytes in use
 * @param max bytes the block may grow to
 * @param hostAddress where it lies in the process, if that is to be had
 */
public record RamBlock(String idstr, long used, long max, OptionalLong hostAddress) {}
