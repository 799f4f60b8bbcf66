package dev.ferry.sev.firmware;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.policy.GuestPolicy;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** One guest, many threads. */
final class ConcurrencyTest {
    private static final long SEED = 99;
    private static final int PAGE = TestHost.PAGE;
    private static final int THREADS = 8;
    private static final int ROUNDS = 40;
    private static final GuestPolicy POLICY = new GuestPolicy(0);

    /** All that the tasks give, once they have all begun. */
    private static <T> List<T> together(List<Callable<T>> tasks)
            throws InterruptedException, ExecutionException {
        CountDownLatch begin = new CountDownLatch(tasks.size());
        try (ExecutorService threads = Executors.newFixedThreadPool(tasks.size())) {
            List<Future<T>> futures = new ArrayList<>();
            for (Callable<T> task : tasks) {
                futures.add(
                        threads.submit(() -> {
                            begin.countDown();
                            begin.await();
                            return task.call();
                        }));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.get());
            }
            return results;
        }
    }

    @Test
    void pagesAreSentAndReceivedSideBySide() throws Exception {
        try (TestHost a = TestHost.up(Platforms.A);
                TestHost b = TestHost.up(Platforms.B)) {
            new Random(SEED).nextBytes(a.memory);
            byte[] plain = a.memory.clone();
            int guest = a.running(POLICY);
            SendSession session = a.firmware.sendStart(a.departure(guest, Platforms.B));
            int arrived =
                    b.firmware.receiveStart(
                            ReceiveStart.of(
                                    session.policy(),
                                    Platforms.A.pdh().bytes(),
                                    session.session(),
                                    b.guestMemory));
            b.activate(arrived, POLICY);

            List<Callable<Set<String>>> tasks = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                int first = thread;
                tasks.add(() -> movePages(a, guest, b, arrived, first));
            }
            Set<String> ivs = new HashSet<>();
            int packets = 0;
            for (Set<String> some : together(tasks)) {
                ivs.addAll(some);
                packets += some.size();
            }
            assertEquals(packets, ivs.size(), "no IV is used twice");
            assertEquals(TestHost.PAGES * ROUNDS, packets);
            b.firmware.receiveFinish(arrived);
            byte[] clear = new byte[plain.length];
            b.firmware.dbgDecrypt(arrived, 0, clear, 0, clear.length);
            assertArrayEquals(plain, clear);
        }
    }

    /** Every {@link #THREADS}th page, again and again; gives the IVs. */
    private static Set<String> movePages(TestHost a, int guest, TestHost b, int arrived, int first)
            throws SevException {
        Set<String> ivs = new HashSet<>();
        PacketBuffer packet = PacketBuffer.allocate(PAGE);
        for (int round = 0; round < ROUNDS; round++) {
            for (int page = first; page < TestHost.PAGES; page += THREADS) {
                a.firmware.sendUpdateData(guest, (long) page * PAGE, PAGE, packet);
                ivs.add(HexFormat.of().formatHex(packet.header(), 4, 20));
                b.firmware.receiveUpdateData(arrived, (long) page * PAGE, PAGE, packet);
            }
        }
        return ivs;
    }

    @Test
    void changesOfStateMeetPacketsWithoutHarm() throws Exception {
        try (TestHost host = TestHost.up(Platforms.A)) {
            int guest = host.running(POLICY);
            SendStart start = host.departure(guest, Platforms.B);
            List<Callable<Set<FirmwareStatus>>> tasks = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                tasks.add(() -> {
                    Set<FirmwareStatus> seen = EnumSet.noneOf(FirmwareStatus.class);
                    PacketBuffer packet = PacketBuffer.allocate(PAGE);
                    for (int i = 0; i < 20 * ROUNDS; i++) {
                        seen.add(
                                TestHost.status(() ->
                                        host.firmware.sendUpdateData(guest, 0, PAGE, packet)));
                    }
                    return seen;
                });
            }
            tasks.add(() -> {
                for (int i = 0; i < ROUNDS; i++) {
                    host.firmware.sendStart(start);
                    host.firmware.sendCancel(guest);
                }
                return EnumSet.of(FirmwareStatus.SUCCESS);
            });
            Set<FirmwareStatus> seen = EnumSet.noneOf(FirmwareStatus.class);
            together(tasks).forEach(seen::addAll);
            assertTrue(
                    EnumSet.of(FirmwareStatus.SUCCESS, FirmwareStatus.INVALID_GUEST_STATE)
                            .containsAll(seen),
                    seen::toString);
        }
    }

    @Test
    void shutdownWaitsForPacketsAndEndsTheGuests() throws Exception {
        for (int round = 0; round < 10; round++) {
            try (TestHost host = TestHost.up(Platforms.A)) {
                int guest = host.guest(GuestState.SEND_UPDATE, POLICY);
                List<Callable<FirmwareStatus>> tasks = new ArrayList<>();
                for (int thread = 0; thread < THREADS; thread++) {
                    tasks.add(() -> {
                        PacketBuffer packet = PacketBuffer.allocate(PAGE);
                        FirmwareStatus last = FirmwareStatus.SUCCESS;
                        while (last == FirmwareStatus.SUCCESS) {
                            last =
                                    TestHost.status(() ->
                                            host.firmware.sendUpdateData(guest, 0, PAGE, packet));
                        }
                        return last;
                    });
                }
                tasks.add(() -> {
                    host.firmware.shutdown();
                    return FirmwareStatus.INVALID_PLATFORM_STATE;
                });
                for (FirmwareStatus last : together(tasks)) {
                    assertTrue(
                            EnumSet.of(
                                            FirmwareStatus.INVALID_PLATFORM_STATE,
                                            FirmwareStatus.INVALID_GUEST)
                                    .contains(last),
                            last::toString);
                }
            }
        }
    }
}
