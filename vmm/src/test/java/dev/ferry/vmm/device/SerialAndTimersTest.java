package dev.ferry.vmm.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.vmm.memory.AddressSpace;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The serial port, the timers and the clock, driven by ports as guests do. */
final class SerialAndTimersTest {

    private static final long MS = 1_000_000;

    private final AtomicLong time = new AtomicLong();
    private final DeviceClock clock = new DeviceClock(time::get, () -> {});
    private final DeviceClock host = new DeviceClock(time::get, () -> {});
    private final Line line = new Line();
    private final Console console = new Console();

    private static final class Line implements IrqLine {
        boolean level;
        int rises;

        @Override
        public void set(boolean now) {
            rises += now && !level ? 1 : 0;
            level = now;
        }
    }

    private static final class Console implements Chardev {
        final StringBuilder sent = new StringBuilder();
        @Nullable Receiver receiver;

        @Override
        public void write(int value) {
            sent.append((char) value);
        }

        @Override
        public void receiver(Receiver to) {
            receiver = to;
        }

        @Override
        public void close() {}

        void type(String text) {
            for (int i = 0; i < text.length(); i++) {
                java.util.Objects.requireNonNull(receiver).receive(text.charAt(i));
            }
        }
    }

    @BeforeEach
    void startTheClocks() {
        clock.start();
        host.set(1_795_392_000_000L * MS);
        host.start();
    }

    private Serial16550 serial() {
        return new Serial16550(0, clock, line, console, new ReentrantLock());
    }

    @Test
    void whatIsSentGoesOutAndTheTransmitterIsEmptyAgain() {
        Serial16550 serial = serial();
        serial.out(0, 1, 'A');
        serial.out(1, 1, 2);
        assertEquals("A", console.sent.toString());
        assertEquals(0x60, serial.in(5, 1));
        assertTrue(line.level);
        assertEquals(0x02, serial.in(2, 1));
        assertFalse(line.level);
        assertEquals(0x01, serial.in(2, 1));
    }

    @Test
    void theDivisorHidesBehindItsLatch() {
        Serial16550 serial = serial();
        assertEquals(0, serial.in(1, 1));
        serial.out(3, 1, 0x83);
        assertEquals(0x0c, serial.in(0, 1));
        serial.out(0, 1, 1);
        serial.out(1, 1, 2);
        assertEquals(2, serial.in(1, 1));
        serial.out(3, 1, 3);
        assertEquals(0, serial.in(1, 1));
        assertEquals(3, serial.in(3, 1));
    }

    @Test
    void theFifoInterruptsAtItsLevelAndAfterATimeout() {
        Serial16550 serial = serial();
        serial.out(2, 1, 0x41);
        serial.out(1, 1, 1);
        console.type("abc");
        assertFalse(line.level);
        console.type("d");
        assertTrue(line.level);
        assertEquals(0xc4, serial.in(2, 1));
        assertEquals('a', serial.in(0, 1));
        assertFalse(line.level);
        time.addAndGet(5 * MS);
        clock.runDue();
        assertTrue(line.level);
        assertEquals(0xcc, serial.in(2, 1));
        assertEquals('b', serial.in(0, 1));
        assertEquals('c', serial.in(0, 1));
        assertEquals('d', serial.in(0, 1));
        assertFalse(line.level);
        assertEquals(0x60, serial.in(5, 1));
    }

    @Test
    void aByteTooManyIsAnOverrun() {
        Serial16550 serial = serial();
        serial.out(1, 1, 4);
        console.type("xy");
        assertTrue(line.level);
        assertEquals(0xc6 & 0x0f, serial.in(2, 1) & 0x0f);
        assertEquals(0x63, serial.in(5, 1));
        assertEquals(0x61, serial.in(5, 1));
        assertEquals('y', serial.in(0, 1));
    }

    @Test
    void inLoopbackOutputsComeBack() {
        Serial16550 serial = serial();
        serial.out(4, 1, 0x1b);
        assertEquals(0xb0 & 0xf0, serial.in(6, 1) & 0xb0);
        serial.out(0, 1, 'z');
        assertEquals("", console.sent.toString());
        assertEquals('z', serial.in(0, 1));
    }

    @Test
    void theTimersOutputIsASquareWaveInMode3() {
        Pit8254 pit = new Pit8254(clock, line);
        pit.reset();
        pit.out(3, 1, 0x36);
        pit.out(0, 1, 0xa9);
        pit.out(0, 1, 0x04);
        int before = line.rises;
        for (int i = 0; i < 1000; i++) {
            time.addAndGet(MS);
            clock.runDue();
        }
        int rises = line.rises - before;
        assertTrue(rises >= 998 && rises <= 1001, rises + " rises in a second");
    }

    @Test
    void aLatchedCountStandsStill() {
        Pit8254 pit = new Pit8254(clock, line);
        pit.reset();
        pit.out(3, 1, 0xb4);
        pit.out(2, 1, 0x00);
        pit.out(2, 1, 0x10);
        time.addAndGet(MS);
        pit.out(3, 1, 0x80);
        time.addAndGet(MS);
        int latched = pit.in(2, 1) | pit.in(2, 1) << 8;
        assertEquals(0x1000 - 1193, latched);
        pit.out(3, 1, 0xe8);
        assertEquals(0x34, pit.in(2, 1) & 0x3f);
    }

    @Test
    void modeZeroRisesOnce() {
        Pit8254 pit = new Pit8254(clock, line);
        pit.reset();
        pit.out(3, 1, 0x30);
        pit.out(0, 1, 0xe8);
        pit.out(0, 1, 0x03);
        assertFalse(line.level);
        time.addAndGet(MS);
        clock.runDue();
        assertTrue(line.level);
        assertEquals(1, line.rises);
        assertEquals(Long.MAX_VALUE, clock.nextDue());
    }

    @Test
    void theSpeakersPortHasTheGateAndTheOutputOfCounterTwo() {
        Pit8254 pit = new Pit8254(clock, line);
        pit.reset();
        PcSpeaker speaker = new PcSpeaker(pit);
        pit.out(3, 1, 0xb0);
        pit.out(2, 1, 0xff);
        pit.out(2, 1, 0x00);
        speaker.out(0, 1, 1);
        assertEquals(1, speaker.in(0, 1) & 0x23);
        time.addAndGet(MS);
        assertEquals(0x21, speaker.in(0, 1) & 0x23);
    }

    private int cmos(RtcMc146818 rtc, int index) {
        rtc.out(0, 1, index);
        return rtc.in(1, 1);
    }

    private void cmos(RtcMc146818 rtc, int index, int value) {
        rtc.out(0, 1, index);
        rtc.out(1, 1, value);
    }

    @Test
    void theClockShowsTheTimeAndGoesOn() {
        RtcMc146818 rtc = new RtcMc146818(host, line);
        assertEquals(0x26, cmos(rtc, 9));
        assertEquals(0x20, cmos(rtc, 0x32));
        int second = cmos(rtc, 0);
        time.addAndGet(1000 * MS);
        assertEquals((second & 15) == 9 ? second + 7 : second + 1, cmos(rtc, 0));
    }

    @Test
    void aTimeThatWasSetGoesOnFromThere() {
        RtcMc146818 rtc = new RtcMc146818(host, line);
        cmos(rtc, 0x0b, 0x82);
        cmos(rtc, 0, 0x58);
        cmos(rtc, 2, 0x59);
        cmos(rtc, 4, 0x23);
        cmos(rtc, 7, 0x31);
        cmos(rtc, 8, 0x12);
        cmos(rtc, 9, 0x29);
        time.addAndGet(9000 * MS);
        cmos(rtc, 0x0b, 0x02);
        assertEquals(0x58, cmos(rtc, 0));
        time.addAndGet(2000 * MS);
        assertEquals(0x00, cmos(rtc, 0));
        assertEquals(0x01, cmos(rtc, 7));
        assertEquals(0x01, cmos(rtc, 8));
        assertEquals(0x30, cmos(rtc, 9));
    }

    @Test
    void periodicAndUpdateInterruptsComeUntilTheyAreRead() {
        RtcMc146818 rtc = new RtcMc146818(host, line);
        cmos(rtc, 0x0a, 0x2a);
        cmos(rtc, 0x0b, 0x42);
        time.addAndGet(16 * MS);
        host.runDue();
        assertTrue(line.level);
        assertEquals(0xc0, cmos(rtc, 0x0c) & 0xc0);
        assertFalse(line.level);
        cmos(rtc, 0x0b, 0x12);
        cmos(rtc, 0x0c);
        time.addAndGet(1100 * MS);
        host.runDue();
        assertTrue(line.level);
        assertEquals(0x90, cmos(rtc, 0x0c) & 0x90);
    }

    @Test
    void aPeriodicComparatorOfTheHpetKeepsItsPace() {
        Pit8254 pit = new Pit8254(clock, IrqLine.UNCONNECTED);
        pit.reset();
        Hpet hpet = new Hpet(clock, number -> number == 2 ? line : IrqLine.UNCONNECTED, 4, pit);
        assertEquals(0x8086a201L, hpet.read(0, 4));
        hpet.write(0x100, 8, 2 << 9 | 0x4c);
        hpet.write(0x108, 8, 100_000);
        hpet.write(0x10, 8, 1);
        for (int i = 0; i < 10; i++) {
            time.addAndGet(MS);
            clock.runDue();
        }
        assertEquals(10, line.rises);
        assertEquals(1_000_000, hpet.read(0xf0, 8));
    }

    @Test
    void firmwareConfigurationIsReadByPortAndByDma() throws java.io.IOException {
        AddressSpace memory = new AddressSpace(new ReentrantLock());
        try (var ram = new dev.ferry.vmm.memory.RamBlock("ram", 1 << 16)) {
            memory.addRam(ram, 0, 0, 1 << 16);
            FwCfg device = new FwCfg(memory, true);
            device.file("etc/thing", new byte[] {1, 2, 3});
            device.ports().out(0, 2, 0);
            StringBuilder signature = new StringBuilder();
            for (int i = 0; i < 4; i++) {
                signature.append((char) device.ports().in(1, 1));
            }
            assertEquals("QEMU", signature.toString());
            assertEquals(0x554d4551, device.dmaPorts().in(0, 4));
            memory.write(
                    0x100,
                    java.nio.ByteBuffer.allocate(16)
                            .putInt(0x20 << 16 | 0x0a)
                            .putInt(3)
                            .putLong(0x200)
                            .array());
            device.dmaPorts().out(0, 4, 0);
            device.dmaPorts().out(4, 4, Integer.reverseBytes(0x100));
            assertEquals(0x030201, memory.load(0x200, 4));
            assertEquals(0, memory.load(0x100, 4));
        }
    }
}
