package dev.ferry.sev.firmware;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.policy.GuestPolicy;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Whatever commands are given in whatever order, nothing but a firmware's answer comes out. */
final class ArgumentsFuzzTest {
    private static final int SEEDS = 6;
    private static final int STEPS = 1500;
    private static final List<Command> COMMANDS = List.of(Command.values());

    private static final int[] LENGTHS = {
        0,
        1,
        8,
        15,
        16,
        17,
        47,
        48,
        51,
        52,
        64,
        128,
        129,
        208,
        2084,
        4096,
        6252,
        0x5000,
        0x5010,
        -1,
        -16,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE
    };

    private final Map<Command, Set<FirmwareStatus>> answers = new EnumMap<>(Command.class);

    @Test
    void onlyAnswersComeOut() throws SevException {
        for (long seed = 1; seed <= SEEDS; seed++) {
            giveAnything(seed);
        }
        assertEquals(EnumSet.allOf(Command.class), answers.keySet());
        long varied = answers.values().stream().filter(all -> all.size() > 2).count();
        assertTrue(varied > 20, () -> varied + " of " + answers);
    }

    private void giveAnything(long seed) throws SevException {
        Random random = new Random(seed);
        try (TestHost host = TestHost.up(Platforms.A)) {
            for (int i = 0; i < STEPS; i++) {
                Command command = COMMANDS.get(random.nextInt(COMMANDS.size()));
                if (command == Command.SHUTDOWN && random.nextInt(20) != 0) {
                    continue;
                }
                try {
                    give(command, host, random);
                    answered(command, FirmwareStatus.SUCCESS);
                } catch (SevException e) {
                    answered(command, e.status());
                } catch (RuntimeException e) {
                    throw new AssertionError(command + ", seed " + seed + ", step " + i, e);
                }
            }
        }
    }

    private void answered(Command command, FirmwareStatus status) {
        answers.computeIfAbsent(command, any -> EnumSet.noneOf(FirmwareStatus.class)).add(status);
    }

    private static int length(Random random) {
        return random.nextInt(4) == 0 ? random.nextInt() : LENGTHS[random.nextInt(LENGTHS.length)];
    }

    private static long address(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextLong();
            case 1 -> random.nextInt();
            default -> 16L * random.nextInt(TestHost.PAGES * TestHost.PAGE / 16);
        };
    }

    private static byte[] bytes(Random random) {
        int length = length(random);
        byte[] bytes = new byte[length < 0 || length > 0x10000 ? 0 : length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static PacketBuffer packet(Random random) {
        byte[] header = bytes(random);
        byte[] data = bytes(random);
        PacketBuffer packet = PacketBuffer.over(header, data);
        return random.nextBoolean()
                ? packet
                : packet.at(length(random), length(random), length(random), length(random));
    }

    private static int handle(Random random) {
        return random.nextInt(5) == 0 ? random.nextInt() : 1 + random.nextInt(8);
    }

    private static void give(Command command, TestHost host, Random random) throws SevException {
        int handle = handle(random);
        if (random.nextInt(3) != 0) {
            Calls.give(command, host, handle);
            return;
        }
        SecureProcessor firmware = host.firmware;
        GuestPolicy policy = new GuestPolicy((random.nextInt() & 0x3ff) | 0x01000000);
        switch (command) {
            case INIT ->
                    firmware.init(
                            new InitParameters(random.nextInt(4), address(random), length(random)));
            case PEK_CSR -> firmware.pekCsr(length(random));
            case PEK_CERT_IMPORT -> firmware.pekCertImport(bytes(random), bytes(random));
            case PDH_CERT_EXPORT -> firmware.pdhCertExport(length(random), length(random));
            case GET_ID -> firmware.getId(length(random));
            case ACTIVATE -> firmware.activate(handle, random.nextInt(600) - 20);
            case LAUNCH_START ->
                    firmware.launchStart(
                            new LaunchStart(
                                    policy,
                                    random.nextInt(3),
                                    bytes(random),
                                    bytes(random),
                                    host.guestMemory));
            case LAUNCH_UPDATE_DATA ->
                    firmware.launchUpdateData(handle, address(random), length(random));
            case LAUNCH_UPDATE_VMSA ->
                    firmware.launchUpdateVmsa(handle, address(random), length(random));
            case LAUNCH_MEASURE -> firmware.launchMeasure(handle, length(random));
            case LAUNCH_SECRET ->
                    firmware.launchSecret(
                            handle, bytes(random), bytes(random), address(random), length(random));
            case ATTESTATION -> firmware.attestation(handle, bytes(random), length(random));
            case SEND_START ->
                    firmware.sendStart(
                            new SendStart(
                                    handle,
                                    bytes(random),
                                    bytes(random),
                                    bytes(random),
                                    random.nextBoolean() ? 128 : length(random)));
            case SEND_UPDATE_DATA ->
                    firmware.sendUpdateData(
                            handle, address(random), length(random), packet(random));
            case SEND_UPDATE_VMSA ->
                    firmware.sendUpdateVmsa(
                            handle, address(random), length(random), packet(random));
            case RECEIVE_START ->
                    firmware.receiveStart(
                            new ReceiveStart(
                                    policy,
                                    random.nextInt(3),
                                    bytes(random),
                                    bytes(random),
                                    host.guestMemory));
            case RECEIVE_UPDATE_DATA ->
                    firmware.receiveUpdateData(
                            handle, address(random), length(random), packet(random));
            case RECEIVE_UPDATE_VMSA ->
                    firmware.receiveUpdateVmsa(
                            handle, address(random), length(random), packet(random));
            case DBG_DECRYPT ->
                    firmware.dbgDecrypt(
                            handle, address(random), bytes(random), length(random), length(random));
            case DBG_ENCRYPT ->
                    firmware.dbgEncrypt(
                            handle, address(random), bytes(random), length(random), length(random));
            default -> Calls.give(command, host, handle);
        }
    }
}
