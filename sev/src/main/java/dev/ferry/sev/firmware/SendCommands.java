package dev.ferry.sev.firmware;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.cert.SevCertificate;
import dev.ferry.sev.policy.GuestPolicy;
import dev.ferry.sev.session.SessionBlob;
import dev.ferry.sev.session.TransportKeys;

/**
 * How a guest leaves for another platform.
 *
 * <p>Source: SEV API, chapter Migration; AMD firmware sev_mcmd.c, sev_mcmd_send_*.
 */
final class SendCommands {
    private final Platform platform;

    SendCommands(Platform platform) {
        this.platform = platform;
    }

    SendSession sendStart(SendStart start) throws SevException {
        Command command = Command.SEND_START;
        synchronized (platform) {
            Guest guest = platform.guest(command, start.handle());
            if (start.sessionLength() != SessionBlob.BYTES) {
                throw new LengthException(
                        command, "session", start.sessionLength(), SessionBlob.BYTES);
            }
            long stamp = guest.lock().writeLock();
            try {
                command.checkGuest(guest);
                return open(command, guest, start);
            } finally {
                guest.lock().unlockWrite(stamp);
            }
        }
    }

    private SendSession open(Command command, Guest guest, SendStart start) throws SevException {
        GuestPolicy policy = guest.policy();
        if (policy.has(GuestPolicy.Flag.NOSEND)) {
            throw new SevException(
                    FirmwareStatus.POLICY_FAILURE,
                    command + ": policy " + policy + " forbids sending (NOSEND)");
        }
        TransportKeys keys = TransportKeys.random(platform.random());
        try (keys) {
            ReceiverCheck.require(platform.identity(), policy, start);
            SevCertificate pdh = SevCertificate.parse(start.pdh());
            SessionBlob session =
                    SessionBlob.create(
                            platform.identity().pdh().key(), pdh, policy, keys, platform.random());
            guest.open(new Channel(keys.copy(), guest.memoryEncryption()));
            guest.advance(command);
            return new SendSession(policy, session.bytes());
        } catch (SevException e) {
            throw command.refused(e);
        }
    }

    void sendUpdateData(int handle, long address, int length, PacketBuffer packet)
            throws SevException {
        update(Command.SEND_UPDATE_DATA, handle, address, length, packet);
    }

    void sendUpdateVmsa(int handle, long address, int length, PacketBuffer packet)
            throws SevException {
        update(Command.SEND_UPDATE_VMSA, handle, address, length, packet);
    }

    /** Many at once: the guest's lock is held for reading. */
    private void update(Command command, int handle, long address, int length, PacketBuffer packet)
            throws SevException {
        platform.check(command);
        if (packet.headerLength() < PacketBuffer.HEADER_BYTES) {
            throw new LengthException(
                    command, "packet header", packet.headerLength(), PacketBuffer.HEADER_BYTES);
        }
        Guest guest = platform.guest(command, handle);
        long stamp = guest.lock().readLock();
        try {
            guest.checkThere(command);
            command.checkGuest(guest);
            if (command == Command.SEND_UPDATE_VMSA) {
                guest.checkEncryptedState(command);
            }
            guest.checkActive(command);
            if (!Ranges.isPacketLength(length)) {
                throw Ranges.badPacketLength(command, length);
            }
            if (packet.dataLength() < length) {
                throw Ranges.badLength(
                        command,
                        "room for the packet's data",
                        "0x" + Integer.toHexString(length) + " bytes or more",
                        packet.dataLength());
            }
            Ranges.checkAligned(command, address);
            Ranges.checkInside(command, guest.memory(), address, length);
            Ranges.checkHost(
                    command, "packet header", packet.headerInside(PacketBuffer.HEADER_BYTES));
            Ranges.checkHost(command, "packet data", packet.dataInside(length));
            Channel channel = guest.channel();
            Lane lane = channel.take();
            try {
                lane.readDecrypted(guest.memory(), address, length);
                lane.seal(length, packet);
            } finally {
                channel.give(lane);
            }
        } finally {
            guest.lock().unlockRead(stamp);
        }
    }

    void sendFinish(int handle) throws SevException {
        close(Command.SEND_FINISH, handle);
    }

    void sendCancel(int handle) throws SevException {
        close(Command.SEND_CANCEL, handle);
    }

    private void close(Command command, int handle) throws SevException {
        synchronized (platform) {
            Guest guest = platform.guest(command, handle);
            long stamp = guest.lock().writeLock();
            try {
                command.checkGuest(guest);
                guest.closeChannel();
                guest.advance(command);
            } finally {
                guest.lock().unlockWrite(stamp);
            }
        }
    }
}
