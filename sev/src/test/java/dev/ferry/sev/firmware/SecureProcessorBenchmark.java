package dev.ferry.sev.firmware;

import dev.ferry.sev.SevException;
import dev.ferry.sev.policy.GuestPolicy;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/** How many pages a guest's memory gives and takes in a millisecond, by one thread and by four. */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SecureProcessorBenchmark {
    private static final int PAGE = TestHost.PAGE;
    private static final GuestPolicy POLICY = new GuestPolicy(0);

    /** One guest that leaves and one that arrives, for all threads. */
    @State(Scope.Benchmark)
    public static class Guests {
        final TestHost host = host();
        final AtomicInteger threads = new AtomicInteger();
        int leaving;
        int arriving;
        PacketBuffer arrived = PacketBuffer.allocate(PAGE);

        public Guests() {}

        private static TestHost host() {
            try {
                return TestHost.up(Platforms.A);
            } catch (SevException e) {
                throw new IllegalStateException(e);
            }
        }

        @Setup
        public void start() throws SevException {
            leaving = host.guest(GuestState.SEND_UPDATE, POLICY);
            arriving = host.guest(GuestState.RECEIVE_UPDATE, POLICY);
            arrived = host.arriving(new byte[PAGE]);
        }

        @TearDown
        public void end() {
            host.close();
        }
    }

    /** A page of its own for each thread. */
    @State(Scope.Thread)
    public static class Lane {
        PacketBuffer packet = PacketBuffer.allocate(PAGE);
        long address;

        public Lane() {}

        @Setup
        public void place(Guests guests) {
            address = (long) guests.threads.getAndIncrement() % TestHost.PAGES * PAGE;
        }
    }

    @Benchmark
    public PacketBuffer send(Guests guests, Lane lane) throws SevException {
        guests.host.firmware.sendUpdateData(guests.leaving, lane.address, PAGE, lane.packet);
        return lane.packet;
    }

    @Benchmark
    @Threads(4)
    public PacketBuffer sendByFour(Guests guests, Lane lane) throws SevException {
        return send(guests, lane);
    }

    @Benchmark
    public Guests receive(Guests guests, Lane lane) throws SevException {
        guests.host.firmware.receiveUpdateData(guests.arriving, lane.address, PAGE, guests.arrived);
        return guests;
    }

    @Benchmark
    @Threads(4)
    public Guests receiveByFour(Guests guests, Lane lane) throws SevException {
        return receive(guests, lane);
    }
}
