package dev.ferry.sev.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PacketWorkersTest {

    private static final int PACKETS = 5000;

    private final PacketWorkers workers = new PacketWorkers();

    @AfterEach
    void close() {
        workers.close();
    }

    @Test
    void eachPacketIsWorkedAtOnce() throws SevException {
        AtomicIntegerArray done = new AtomicIntegerArray(PACKETS);
        for (int round = 1; round <= 3; round++) {
            workers.each(PACKETS, done::incrementAndGet);
            for (int i = 0; i < PACKETS; i++) {
                assertEquals(round, done.get(i));
            }
        }
        workers.each(0, i -> done.set(i, -1));
    }

    @Test
    void aFailureIsToldAndEndsTheRest() {
        AtomicInteger done = new AtomicInteger();
        SevException e =
                assertThrows(
                        SevException.class,
                        () ->
                                workers.each(
                                        PACKETS,
                                        i -> {
                                            done.incrementAndGet();
                                            throw new SevException(
                                                    FirmwareStatus.BAD_MEASUREMENT, "packet");
                                        }));
        assertEquals(FirmwareStatus.BAD_MEASUREMENT, e.status());
        assertEquals(true, done.get() < PACKETS, () -> done + " packets after a failure");
    }

    @Test
    void whatBreaksIsNotHidden() throws SevException {
        assertThrows(
                IllegalStateException.class,
                () ->
                        workers.each(
                                PACKETS,
                                i -> {
                                    throw new IllegalStateException("packet " + i);
                                }));
        // And the threads are there for the next.
        AtomicInteger done = new AtomicInteger();
        workers.each(PACKETS, i -> done.incrementAndGet());
        assertEquals(PACKETS, done.get());
    }
}
