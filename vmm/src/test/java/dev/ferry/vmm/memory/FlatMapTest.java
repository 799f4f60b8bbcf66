package dev.ferry.vmm.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

class FlatMapTest {

    private static final MmioDevice DEVICE =
            new MmioDevice() {
                @Override
                public long read(long offset, int size) {
                    return 0;
                }

                @Override
                public void write(long offset, int size, long value) {}
            };

    @Test
    void findsWhatALinearSearchFinds() {
        for (long seed = 1; seed <= 300; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            AddressSpace space = new AddressSpace(new ReentrantLock());
            List<Mapping> mappings = new ArrayList<>();
            List<Long> borders = new ArrayList<>();
            int count = random.nextInt(1, 40);
            for (int i = 0; i < count; i++) {
                long gpa = address(random);
                long length = 1 + random.nextLong(1L << random.nextInt(1, 34));
                Mapping mapping =
                        space.add(gpa, length, random.nextInt(3), null, 0, DEVICE, Access.DEVICE);
                mappings.add(mapping);
                borders.add(gpa);
                borders.add(gpa + length);
                if (random.nextInt(5) == 0) {
                    mapping.enabled(false);
                }
                if (random.nextInt(8) == 0) {
                    mapping.remove();
                    mappings.remove(mapping);
                }
            }
            for (long border : borders) {
                for (long address = border - 1; address <= border + 1; address++) {
                    check(space.map, mappings, address, seed);
                }
            }
            for (int i = 0; i < 200; i++) {
                check(space.map, mappings, address(random), seed);
            }
            check(space.map, mappings, -1, seed);
            check(space.map, mappings, Long.MIN_VALUE, seed);
            check(space.map, mappings, (1L << 52) - 1, seed);
        }
    }

    private static long address(SplittableRandom random) {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextLong(1 << 20);
            case 1 -> random.nextLong(1L << 32);
            case 2 -> (1L << 32) + random.nextLong(-5000, 5000);
            default -> random.nextLong(1L << 51);
        };
    }

    private static void check(FlatMap map, List<Mapping> mappings, long address, long seed) {
        Mapping expected = null;
        for (Mapping each : mappings) {
            if (each.enabled
                    && address >= each.gpa
                    && address < each.gpa + each.length
                    && (expected == null || each.priority >= expected.priority)) {
                expected = each;
            }
        }
        FlatRange found = map.find(address);
        assertEquals(
                expected,
                found == null ? null : found.mapping,
                () -> "at 0x%x, seed %d".formatted(address, seed));
    }
}
