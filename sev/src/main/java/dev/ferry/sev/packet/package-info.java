/**
 * Packets: what leaves the firmware of one platform, encrypted and authenticated, and goes into
 * that of another. {@link dev.ferry.sev.packet.PacketCipher} makes and opens one at a time, {@link
 * dev.ferry.sev.packet.PacketPool} many on all cores.
 */
@NullMarked
package dev.ferry.sev.packet;

import org.jspecify.annotations.NullMarked;
