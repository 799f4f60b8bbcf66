package dev.ferry.vmm.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.vmm.cpu.CpuRequest;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** 8259s, local APICs and I/O APIC, driven by ports and registers as guests do. */
final class InterruptControllersTest {

    private final AtomicLong time = new AtomicLong();
    private final DeviceClock clock = new DeviceClock(time::get, () -> {});
    private final ApicBus bus = new ApicBus();
    private final PicPair pics = new PicPair(bus::picLine);
    private final Requests first = new Requests();
    private final Requests second = new Requests();
    private final LocalApic apic = new LocalApic(0, bus, first, clock);
    private final LocalApic other = new LocalApic(1, bus, second, clock);
    private final IoApic ioApic = new IoApic(0, bus);

    /** What a processor is asked for. */
    private static final class Requests implements InterruptWires {
        int bits;

        @Override
        public void raise(int requests) {
            bits |= requests;
        }

        @Override
        public void lower(int requests) {
            bits &= ~requests;
        }

        boolean hard() {
            return (bits & CpuRequest.HARD) != 0;
        }
    }

    @BeforeEach
    void programThe8259s() {
        bus.pics(pics);
        clock.start();
        pics.masterPorts().out(0, 1, 0x11);
        pics.masterPorts().out(1, 1, 0x20);
        pics.masterPorts().out(1, 1, 0x04);
        pics.masterPorts().out(1, 1, 0x01);
        pics.slavePorts().out(0, 1, 0x11);
        pics.slavePorts().out(1, 1, 0x28);
        pics.slavePorts().out(1, 1, 0x02);
        pics.slavePorts().out(1, 1, 0x01);
        pics.masterPorts().out(1, 1, 0);
        pics.slavePorts().out(1, 1, 0);
    }

    private void through() {
        apic.write(0xf0, 4, 0x1ff);
        apic.write(0x350, 4, 0x700);
    }

    @Test
    void the8259sReachTheProcessorThroughLint0Only() {
        pics.line(0, true);
        assertTrue(pics.asks());
        assertFalse(first.hard());
        through();
        assertTrue(first.hard());
        assertEquals(0x20, bus.acknowledge(apic));
        assertFalse(first.hard());
        assertFalse(second.hard());
    }

    @Test
    void theSlavesInputsArriveByTheCascade() {
        through();
        pics.line(12, true);
        assertEquals(0x28 + 4, bus.acknowledge(apic));
        pics.masterPorts().out(0, 1, 0x0b);
        pics.slavePorts().out(0, 1, 0x0b);
        assertEquals(0x04, pics.masterPorts().in(0, 1));
        assertEquals(0x10, pics.slavePorts().in(0, 1));
    }

    @Test
    void aLowerPriorityWaitsForTheEndOfInterrupt() {
        through();
        pics.line(1, true);
        assertEquals(0x21, bus.acknowledge(apic));
        pics.line(3, true);
        assertFalse(pics.asks());
        pics.masterPorts().out(0, 1, 0x20);
        assertEquals(0x23, bus.acknowledge(apic));
        pics.line(0, true);
        assertEquals(0x20, bus.acknowledge(apic));
    }

    @Test
    void rotationMakesTheServedInputTheLowest() {
        through();
        pics.line(1, true);
        assertEquals(0x21, bus.acknowledge(apic));
        pics.masterPorts().out(0, 1, 0xa0);
        pics.line(1, false);
        pics.line(1, true);
        pics.line(3, true);
        assertEquals(0x23, bus.acknowledge(apic));
    }

    @Test
    void anEdgeThatHasGoneIsStillAskedForAndALevelIsNot() {
        pics.slaveTriggers().out(0, 1, 0xff);
        assertEquals(0xde, pics.slaveTriggers().in(0, 1));
        pics.line(3, true);
        pics.line(3, false);
        assertTrue(pics.asks());
        pics.masterPorts().out(1, 1, 0x08);
        pics.line(9, true);
        assertTrue(pics.asks());
        pics.line(9, false);
        // The cascade itself is an edge: the master asks on, and the slave knows of nothing.
        assertEquals(0x2f, pics.acknowledge());
        assertFalse(pics.asks());
    }

    @Test
    void pollingAcknowledges() {
        pics.line(5, true);
        pics.masterPorts().out(0, 1, 0x0c);
        assertEquals(0x85, pics.masterPorts().in(0, 1));
        assertFalse(pics.asks());
    }

    @Test
    void aMaskedInputIsRememberedAndASpuriousOneIsInput7() {
        through();
        pics.masterPorts().out(1, 1, 0xff);
        pics.line(4, true);
        assertFalse(first.hard());
        assertEquals(0x27, pics.acknowledge());
        pics.masterPorts().out(1, 1, 0xef);
        assertEquals(0x24, bus.acknowledge(apic));
    }

    @Test
    void theOneShotTimerFiresOnceAndThePeriodicOneGoesOn() {
        apic.write(0xf0, 4, 0x1ff);
        apic.write(0x3e0, 4, 0x0b);
        apic.write(0x320, 4, 0x40);
        apic.write(0x380, 4, 1000);
        time.addAndGet(400);
        assertEquals(600, apic.read(0x390, 4));
        time.addAndGet(601);
        clock.runDue();
        assertTrue(first.hard());
        assertEquals(0x40, bus.acknowledge(apic));
        apic.write(0xb0, 4, 0);
        assertEquals(Long.MAX_VALUE, clock.nextDue());
        apic.write(0x320, 4, 0x20041);
        apic.write(0x380, 4, 999);
        for (int i = 0; i < 3; i++) {
            time.addAndGet(1000);
            clock.runDue();
            assertEquals(0x41, bus.acknowledge(apic));
            apic.write(0xb0, 4, 0);
        }
    }

    @Test
    void priorityHoldsBackAndCr8LetsThrough() {
        apic.write(0xf0, 4, 0x1ff);
        apic.cr8(5);
        bus.message(0xfee00000L, 0x45);
        assertFalse(first.hard());
        apic.cr8(3);
        assertTrue(first.hard());
        assertEquals(0x45, bus.acknowledge(apic));
        bus.message(0xfee00000L, 0x44);
        assertFalse(first.hard());
        bus.message(0xfee00000L, 0x61);
        assertEquals(0x61, bus.acknowledge(apic));
        assertEquals(1 << 5 | 0, apic.read(0x120, 4));
        apic.write(0xb0, 4, 0);
        apic.write(0xb0, 4, 0);
        assertEquals(0x44, bus.acknowledge(apic));
    }

    @Test
    void commandsReachThoseTheyNameByEveryKindOfDestination() {
        apic.write(0xf0, 4, 0x1ff);
        other.write(0xf0, 4, 0x1ff);
        apic.write(0x310, 4, 1 << 24);
        apic.write(0x300, 4, 0x4050);
        assertFalse(first.hard());
        assertEquals(0x50, bus.acknowledge(other));
        other.write(0xb0, 4, 0);
        other.write(0xd0, 4, 0x02000000);
        apic.write(0x310, 4, 2 << 24);
        apic.write(0x300, 4, 0x4851);
        assertEquals(0x51, bus.acknowledge(other));
        other.write(0xb0, 4, 0);
        other.write(0xe0, 4, 0x0fffffff);
        other.write(0xd0, 4, 0x31000000);
        apic.write(0x310, 4, 0x31 << 24);
        apic.write(0x300, 4, 0x4852);
        assertEquals(0x52, bus.acknowledge(other));
        apic.write(0x300, 4, 0x000c4453);
        assertTrue((second.bits & CpuRequest.NMI) != 0);
        assertFalse((first.bits & CpuRequest.NMI) != 0);
        apic.write(0x300, 4, 0x00044054);
        assertEquals(0x54, bus.acknowledge(apic));
    }

    @Test
    void initAndStartupTakeTheOtherProcessorOutOfItsWait() {
        assertTrue(other.waitsForSipi());
        assertFalse(apic.waitsForSipi());
        apic.write(0x300, 4, 0x000c4500);
        assertTrue((second.bits & CpuRequest.INIT) != 0);
        other.init();
        apic.write(0x300, 4, 0x000c4699);
        assertTrue((second.bits & CpuRequest.SIPI) != 0);
        assertEquals(0x99, other.startupVector());
        assertFalse(other.waitsForSipi());
    }

    @Test
    void aLevelInterruptComesAgainUntilItsLineIsDown() {
        apic.write(0xf0, 4, 0x1ff);
        ioApic.write(0x00, 4, 0x10 + 2 * 9);
        ioApic.write(0x10, 4, 0x8070);
        ioApic.line(9, true);
        assertEquals(0x70, bus.acknowledge(apic));
        ioApic.write(0x00, 4, 0x10 + 2 * 9);
        assertEquals(0xc070, ioApic.read(0x10, 4));
        assertFalse(first.hard());
        apic.write(0xb0, 4, 0);
        assertTrue(first.hard());
        assertEquals(0x70, bus.acknowledge(apic));
        ioApic.line(9, false);
        apic.write(0xb0, 4, 0);
        assertFalse(first.hard());
        assertEquals(0x8070, ioApic.read(0x10, 4));
    }

    @Test
    void aMaskedEdgeIsLostAndAMaskedLevelIsNot() {
        apic.write(0xf0, 4, 0x1ff);
        ioApic.line(4, true);
        ioApic.write(0x00, 4, 0x10 + 2 * 4);
        ioApic.write(0x10, 4, 0x60);
        assertFalse(first.hard());
        ioApic.write(0x00, 4, 0x10 + 2 * 5);
        ioApic.write(0x10, 4, 0x18061);
        ioApic.line(5, true);
        assertFalse(first.hard());
        ioApic.write(0x10, 4, 0x8061);
        assertEquals(0x61, bus.acknowledge(apic));
    }

    @Test
    void aDisabledApicHasNothingBehindItsRegisters() {
        apic.base(0xfee00000L);
        assertFalse(apic.enabled());
        assertEquals(0, apic.read(0x30, 4));
        pics.line(1, true);
        assertTrue(pics.asks());
    }
}
