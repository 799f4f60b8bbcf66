package dev.ferry.vmm.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ferry.vmm.device.PortDevice;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PortSpaceTest {

    private final List<String> log = new ArrayList<>();
    private final PortSpace ports = new PortSpace();

    private PortDevice device(String name) {
        return new PortDevice() {
            @Override
            public int in(int port, int size) {
                log.add("%s in %d.%d".formatted(name, port, size));
                return 0xabcd0010 + port;
            }

            @Override
            public void out(int port, int size, int value) {
                log.add("%s out %d.%d %x".formatted(name, port, size, value));
            }
        };
    }

    @Test
    void nothingReadsAsAllOnes() {
        assertEquals(0xff, ports.in(0x80, 1));
        assertEquals(0xffff, ports.in(0x80, 2));
        assertEquals(-1, ports.in(0x80, 4));
        ports.out(0x80, 4, 7);
    }

    @Test
    void wideAccessesOfByteDevicesAreSplitFromTheLowerPort() {
        ports.add(0x3f8, 8, device("serial"));
        assertEquals(0x1110, ports.in(0x3f8, 2));
        ports.out(0x3f9, 4, 0x44332211);
        assertEquals(
                List.of(
                        "serial in 0.1",
                        "serial in 1.1",
                        "serial out 1.1 11",
                        "serial out 2.1 22",
                        "serial out 3.1 33",
                        "serial out 4.1 44"),
                log);
    }

    @Test
    void accessesBeyondADeviceAreSplitBetweenNeighbours() {
        ports.add(0x10, 2, 4, device("a"));
        ports.add(0x12, 1, 4, device("b"));
        assertEquals(0xff100010, ports.in(0x10, 4));
        assertEquals(List.of("a in 0.2", "b in 0.1"), log);
    }

    @Test
    void aWideDeviceTakesWideAccesses() {
        ports.add(0xcf8, 8, 4, device("pci"));
        ports.out(0xcf8, 4, 0x80000000);
        assertEquals(0xabcd0014, ports.in(0xcfc, 4));
        assertEquals(0x15, ports.in(0xcfd, 1));
        ports.out(0xcf8, 1, 0x1ff);
        assertEquals(
                List.of("pci out 0.4 80000000", "pci in 4.4", "pci in 5.1", "pci out 0.1 ff"), log);
    }

    @Test
    void nothingLiesBeyondTheLastPort() {
        ports.add(0xffff, 1, 4, device("last"));
        assertEquals(0xffffff10, ports.in(0xffff, 4));
        ports.out(0xffff, 2, 0x1234);
        assertEquals(List.of("last in 0.1", "last out 0.1 34"), log);
    }

    @Test
    void twoDevicesCannotShareAPort() {
        ports.add(0x60, 1, device("a"));
        ports.add(0x64, 1, device("b"));
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> ports.add(0x61, 4, device("c")));
        assertEquals("port 0x64 is taken", e.getMessage());
        assertEquals(0xff, ports.in(0x61, 1));
        ports.remove(0x64);
        ports.add(0x61, 4, device("c"));
        assertThrows(IllegalArgumentException.class, () -> ports.add(0xffff, 2, device("d")));
        assertThrows(IllegalArgumentException.class, () -> ports.add(-1, 1, device("d")));
        assertThrows(IllegalArgumentException.class, () -> ports.add(0x100, 1, 3, device("d")));
    }
}
