package dev.ferry.sev.firmware;

import dev.ferry.sev.SevException;
import dev.ferry.sev.session.LaunchMeasurement;
import dev.ferry.sev.session.LaunchSecret;
import dev.ferry.sev.session.TransportKeys;
import java.util.Arrays;

/**
 * How a guest comes to be: memory taken in and measured, a secret put in, started.
 *
 * <p>Source: SEV API, chapter Launch; AMD firmware sev_mcmd.c, sev_mcmd_launch_*.
 */
final class LaunchCommands {

    /** Bytes of a SEV-ES vCPU's saved state. */
    static final int VMSA_BYTES = 4096;

    private final Platform platform;

    LaunchCommands(Platform platform) {
        this.platform = platform;
    }

    int launchStart(LaunchStart start) throws SevException {
        Command command = Command.LAUNCH_START;
        synchronized (platform) {
            platform.check(command);
            TransportKeys keys =
                    start.ownerDh().length == 0
                            ? TransportKeys.of(
                                    new byte[TransportKeys.KEY_BYTES],
                                    new byte[TransportKeys.KEY_BYTES])
                            : Sessions.open(
                                    platform,
                                    command,
                                    start.session(),
                                    start.ownerDh(),
                                    start.policy());
            try (keys) {
                Guest guest =
                        platform.admit(command, start.policy(), start.shareWith(), start.memory());
                guest.launch().begin();
                guest.open(new Channel(keys.copy(), guest.memoryEncryption()));
                platform.add(command, guest);
                return guest.handle();
            }
        }
    }

    void launchUpdateData(int handle, long address, int length) throws SevException {
        update(Command.LAUNCH_UPDATE_DATA, handle, address, length);
    }

    /** The length comes first, even before the platform's state, as in the firmware. */
    void launchUpdateVmsa(int handle, long address, int length) throws SevException {
        if (length != VMSA_BYTES) {
            throw Ranges.badLength(Command.LAUNCH_UPDATE_VMSA, "length", "0x1000", length);
        }
        update(Command.LAUNCH_UPDATE_VMSA, handle, address, length);
    }

    private void update(Command command, int handle, long address, int length) throws SevException {
        Guest guest = platform.guest(command, handle);
        long stamp = guest.lock().writeLock();
        try {
            guest.checkThere(command);
            command.checkGuest(guest);
            if (command == Command.LAUNCH_UPDATE_VMSA) {
                guest.checkEncryptedState(command);
            }
            guest.checkActive(command);
            Ranges.checkAligned(command, address);
            if (length <= 0 || length % Ranges.BLOCK_BYTES != 0) {
                throw Ranges.badLength(command, "length", "a positive multiple of 16", length);
            }
            Ranges.checkInside(command, guest.memory(), address, length);
            encrypt(guest, address, length);
        } finally {
            guest.lock().unlockWrite(stamp);
        }
    }

    private static void encrypt(Guest guest, long address, int length) {
        Channel channel = guest.channel();
        Lane lane = channel.take();
        try {
            for (int done = 0; done < length; ) {
                int part = Math.min(Ranges.PACKET_BYTES, length - done);
                guest.memory().read(address + done, lane.plain(), 0, part);
                guest.launch().update(lane.plain(), 0, part);
                lane.writeEncrypted(guest.memory(), address + done, part);
                done += part;
            }
        } finally {
            channel.give(lane);
        }
    }

    byte[] launchMeasure(int handle, int room) throws SevException {
        Command command = Command.LAUNCH_MEASURE;
        synchronized (platform) {
            Guest guest = platform.guest(command, handle);
            long stamp = guest.lock().writeLock();
            try {
                command.checkGuest(guest);
                if (room < LaunchMeasurement.BYTES) {
                    throw new LengthException(
                            command, "measurement", room, LaunchMeasurement.BYTES);
                }
                LaunchMeasurement measurement = measure(guest);
                guest.advance(command);
                return measurement.bytes();
            } finally {
                guest.lock().unlockWrite(stamp);
            }
        }
    }

    private LaunchMeasurement measure(Guest guest) {
        byte[] nonce = new byte[LaunchMeasurement.NONCE_BYTES];
        platform.random().nextBytes(nonce);
        LaunchMeasurement measurement =
                LaunchMeasurement.compute(
                        platform.version().measured(),
                        guest.policy(),
                        guest.launch().finish(),
                        nonce,
                        guest.channel().keys());
        guest.launch().measured(measurement);
        return measurement;
    }

    void launchSecret(int handle, byte[] header, byte[] data, long address, int length)
            throws SevException {
        Command command = Command.LAUNCH_SECRET;
        Guest guest = platform.guest(command, handle);
        long stamp = guest.lock().writeLock();
        try {
            guest.checkThere(command);
            Ranges.checkAligned(command, address);
            if (header.length != PacketBuffer.HEADER_BYTES) {
                throw Ranges.badLength(command, "header", "0x34 bytes", header.length);
            }
            if (!Ranges.isPacketLength(length)) {
                throw Ranges.badPacketLength(command, length);
            }
            if (data.length != length) {
                throw Ranges.badLength(command, "data", "as many bytes as memory", data.length);
            }
            command.checkGuest(guest);
            guest.checkActive(command);
            Ranges.checkInside(command, guest.memory(), address, length);
            put(guest, header, data, address);
        } finally {
            guest.lock().unlockWrite(stamp);
        }
    }

    private void put(Guest guest, byte[] header, byte[] data, long address) throws SevException {
        byte[] plain = new byte[0];
        try {
            plain =
                    LaunchSecret.parse(header, data)
                            .open(
                                    platform.version().measured(),
                                    guest.launch().measurement(),
                                    guest.channel().keys());
            guest.memoryEncryption().encrypt(address, plain, 0, plain.length);
            guest.memory().write(address, plain, 0, plain.length);
        } catch (SevException e) {
            throw Command.LAUNCH_SECRET.refused(e);
        } finally {
            Arrays.fill(plain, (byte) 0);
        }
    }

    void launchFinish(int handle) throws SevException {
        Command command = Command.LAUNCH_FINISH;
        synchronized (platform) {
            Guest guest = platform.guest(command, handle);
            long stamp = guest.lock().writeLock();
            try {
                command.checkGuest(guest);
                guest.closeChannel();
                guest.launch().forgetMeasurement();
                guest.advance(command);
                platform.asids().started(guest);
            } finally {
                guest.lock().unlockWrite(stamp);
            }
        }
    }

    byte[] attestation(int handle, byte[] nonce, int room) throws SevException {
        Command command = Command.ATTESTATION;
        synchronized (platform) {
            Guest guest = platform.guest(command, handle);
            command.checkGuest(guest);
            if (room < AttestationReport.BYTES) {
                throw new LengthException(command, "report", room, AttestationReport.BYTES);
            }
            return AttestationReport.make(platform, guest, nonce);
        }
    }
}
