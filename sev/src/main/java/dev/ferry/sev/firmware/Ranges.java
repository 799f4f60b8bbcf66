package dev.ferry.sev.firmware;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.packet.PacketCipher;

/** What every command demands of the lengths and addresses it is given. */
final class Ranges {

    /** The most one packet carries: the firmware's scratch memory. */
    static final int PACKET_BYTES = PacketCipher.MAX_BYTES;

    /** The unit of memory encryption. */
    static final int BLOCK_BYTES = 16;

    /** Physical addresses have 52 bits at most. */
    private static final long ADDRESSES = 1L << 52;

    private Ranges() {}

    /** Whether a packet may be that long. */
    static boolean isPacketLength(int length) {
        return length > 0 && length <= PACKET_BYTES && length % BLOCK_BYTES == 0;
    }

    static SevException badLength(Command command, String what, String expected, int found) {
        return new SevException(
                FirmwareStatus.INVALID_LENGTH,
                command
                        + ": "
                        + what
                        + ": expected "
                        + expected
                        + ", found 0x"
                        + Integer.toHexString(found));
    }

    static SevException badPacketLength(Command command, int found) {
        return badLength(command, "length", "a multiple of 16 from 0x10 to 0x5000", found);
    }

    static void checkAligned(Command command, long address) throws SevException {
        if (address % BLOCK_BYTES != 0) {
            throw new SevException(
                    FirmwareStatus.INVALID_ADDRESS,
                    command
                            + ": address: expected a multiple of 16, found 0x"
                            + Long.toHexString(address));
        }
    }

    static void checkInside(Command command, GuestMemory memory, long address, long length)
            throws SevException {
        boolean physical = address >= 0 && address < ADDRESSES - length;
        if (!physical || !memory.contains(address, length)) {
            throw new SevException(
                    FirmwareStatus.INVALID_ADDRESS,
                    command
                            + ": expected 0x"
                            + Long.toHexString(length)
                            + " bytes of memory at 0x"
                            + Long.toHexString(address)
                            + ", found fewer");
        }
    }

    static void checkHost(Command command, String what, boolean inside) throws SevException {
        if (!inside) {
            throw new SevException(
                    FirmwareStatus.INVALID_ADDRESS,
                    command + ": " + what + ": expected room in the host's buffer, found none");
        }
    }
}
