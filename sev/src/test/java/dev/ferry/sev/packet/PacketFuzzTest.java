package dev.ferry.sev.packet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Packets changed in every way that comes to mind: none opens unless it is what was sealed. */
class PacketFuzzTest {

    private static final int MUTATIONS = 10_000;
    private static final long SEED = 4_711;
    private static final int PAGE = 4096;

    private enum Mutation {
        FLIP_BIT,
        SET_BYTE,
        SWAP_BYTES,
        SWAP_BLOCKS,
        ZERO_RANGE,
        OTHER_HEADER,
        OTHER_IV,
        OTHER_MAC,
        OTHER_BLOCK,
        SHORTER
    }

    @AutoClose private final PacketCipher cipher = new PacketCipher(PacketVectors.keys());
    private final byte[] plain = PacketVectors.page();

    /** Two packets of one session: parts of the second are good, and do not belong in the first. */
    private final byte[] packet = new byte[PacketHeader.BYTES + PAGE];

    private final byte[] other = new byte[PacketHeader.BYTES + PAGE];
    private final byte[] opened = new byte[PAGE];
    private final byte[] untouched = new byte[PAGE];

    @BeforeEach
    void seal() {
        cipher.seal(plain, 0, PAGE, packet, 0, packet, PacketHeader.BYTES);
        cipher.seal(new byte[PAGE], 0, PAGE, other, 0, other, PacketHeader.BYTES);
        Arrays.fill(untouched, (byte) 0x77);
    }

    @Test
    void nothingButThePacketItselfOpens() throws SevException {
        Map<Mutation, Integer> refused = new EnumMap<>(Mutation.class);
        for (int i = 0; i < MUTATIONS; i++) {
            SplittableRandom random = new SplittableRandom(SEED + i);
            Mutation mutation = Mutation.values()[i % Mutation.values().length];
            String what = "seed " + (SEED + i) + ", " + mutation;
            byte[] changed = packet.clone();
            int length = mutation == Mutation.SHORTER ? 16 * (1 + random.nextInt(255)) : PAGE;
            mutate(random, mutation, changed);
            Arrays.fill(opened, (byte) 0x77);
            if (length == PAGE && Arrays.equals(packet, changed)) {
                open(changed, length);
                assertArrayEquals(plain, opened, what);
                continue;
            }
            SevException refusal =
                    assertThrows(SevException.class, () -> open(changed, length), what);
            FirmwareStatus expected =
                    (changed[0] & 1) != 0
                            ? FirmwareStatus.UNSUPPORTED
                            : FirmwareStatus.BAD_MEASUREMENT;
            assertEquals(expected, refusal.status(), what);
            assertArrayEquals(untouched, opened, what);
            refused.merge(mutation, 1, Integer::sum);
        }
        for (Mutation mutation : Mutation.values()) {
            int times = refused.getOrDefault(mutation, 0);
            assertTrue(times > MUTATIONS / Mutation.values().length / 2, mutation + ": " + times);
        }
    }

    private void open(byte[] bytes, int length) throws SevException {
        cipher.open(bytes, 0, bytes, PacketHeader.BYTES, length, opened, 0);
    }

    private void mutate(SplittableRandom random, Mutation mutation, byte[] bytes) {
        // The header is a small part of the whole, and the more interesting one.
        int bound = random.nextBoolean() ? PacketHeader.BYTES : bytes.length;
        int at = random.nextInt(bound);
        switch (mutation) {
            case FLIP_BIT -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case SET_BYTE -> bytes[at] = (byte) random.nextInt(256);
            case SWAP_BYTES -> {
                int with = random.nextInt(bound);
                byte kept = bytes[at];
                bytes[at] = bytes[with];
                bytes[with] = kept;
            }
            case SWAP_BLOCKS -> {
                int a = block(random);
                int b = block(random);
                System.arraycopy(packet, a, bytes, b, 16);
                System.arraycopy(packet, b, bytes, a, 16);
            }
            case ZERO_RANGE ->
                    Arrays.fill(bytes, at, at + 1 + random.nextInt(bytes.length - at), (byte) 0);
            case OTHER_HEADER -> System.arraycopy(other, 0, bytes, 0, PacketHeader.BYTES);
            case OTHER_IV -> System.arraycopy(other, 4, bytes, 4, 16);
            case OTHER_MAC -> System.arraycopy(other, 20, bytes, 20, 32);
            case OTHER_BLOCK -> System.arraycopy(other, block(random), bytes, block(random), 16);
            case SHORTER -> {}
        }
    }

    private static int block(SplittableRandom random) {
        return PacketHeader.BYTES + 16 * random.nextInt(PAGE / 16);
    }
}
