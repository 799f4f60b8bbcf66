package dev.ferry.sev.firmware;

import dev.ferry.sev.SevException;
import dev.ferry.sev.session.TransportKeys;

/**
 * How a guest arrives from another platform.
 *
 * <p>Source: SEV API, chapter Migration; AMD firmware sev_mcmd.c, sev_mcmd_receive_*.
 */
final class ReceiveCommands {
    private final Platform platform;

    ReceiveCommands(Platform platform) {
        this.platform = platform;
    }

    int receiveStart(ReceiveStart start) throws SevException {
        Command command = Command.RECEIVE_START;
        synchronized (platform) {
            platform.check(command);
            TransportKeys keys =
                    Sessions.open(platform, command, start.session(), start.pdh(), start.policy());
            try (keys) {
                Guest guest =
                        platform.admit(command, start.policy(), start.shareWith(), start.memory());
                guest.open(new Channel(keys.copy(), guest.memoryEncryption()));
                platform.add(command, guest);
                return guest.handle();
            }
        }
    }

    void receiveUpdateData(int handle, long address, int length, PacketBuffer packet)
            throws SevException {
        update(Command.RECEIVE_UPDATE_DATA, handle, address, length, packet);
    }

    void receiveUpdateVmsa(int handle, long address, int length, PacketBuffer packet)
            throws SevException {
        update(Command.RECEIVE_UPDATE_VMSA, handle, address, length, packet);
    }

    /** Many at once: the guest's lock is held for reading. */
    private void update(Command command, int handle, long address, int length, PacketBuffer packet)
            throws SevException {
        Guest guest = platform.guest(command, handle);
        long stamp = guest.lock().readLock();
        try {
            guest.checkThere(command);
            command.checkGuest(guest);
            if (command == Command.RECEIVE_UPDATE_VMSA) {
                guest.checkEncryptedState(command);
            }
            guest.checkActive(command);
            checkLengths(command, length, packet);
            Ranges.checkAligned(command, address);
            Ranges.checkInside(command, guest.memory(), address, length);
            Ranges.checkHost(
                    command, "packet header", packet.headerInside(PacketBuffer.HEADER_BYTES));
            Ranges.checkHost(command, "packet data", packet.dataInside(length));
            open(command, guest, address, length, packet);
        } finally {
            guest.lock().unlockRead(stamp);
        }
    }

    private static void checkLengths(Command command, int length, PacketBuffer packet)
            throws SevException {
        if (!Ranges.isPacketLength(length)) {
            throw Ranges.badPacketLength(command, length);
        }
        if (packet.dataLength() != length) {
            throw Ranges.badLength(
                    command,
                    "packet data",
                    "0x" + Integer.toHexString(length) + " bytes",
                    packet.dataLength());
        }
        if (packet.headerLength() < PacketBuffer.HEADER_BYTES) {
            throw Ranges.badLength(command, "packet header", "0x34 bytes", packet.headerLength());
        }
    }

    private static void open(
            Command command, Guest guest, long address, int length, PacketBuffer packet)
            throws SevException {
        Channel channel = guest.channel();
        Lane lane = channel.take();
        try {
            lane.open(length, packet);
            lane.writeEncrypted(guest.memory(), address, length);
        } catch (SevException e) {
            throw command.refused(e);
        } finally {
            channel.give(lane);
        }
    }

    void receiveFinish(int handle) throws SevException {
        Command command = Command.RECEIVE_FINISH;
        synchronized (platform) {
            Guest guest = platform.guest(command, handle);
            long stamp = guest.lock().writeLock();
            try {
                command.checkGuest(guest);
                guest.closeChannel();
                guest.advance(command);
                platform.asids().started(guest);
            } finally {
                guest.lock().unlockWrite(stamp);
            }
        }
    }
}
