package dev.ferry.testdata.qemu;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** The processes that must not outlive this JVM. */
final class Running {
    private static final Set<Process> PROCESSES = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(() -> PROCESSES.forEach(Process::destroyForcibly), "end-qemu"));
    }

    private Running() {}

    static void add(Process process) {
        PROCESSES.add(process);
    }

    /** Kills one and waits for its end, so that its files are nobody's afterwards. */
    static void kill(Process process) {
        process.destroyForcibly();
        try {
            process.waitFor(Deadline.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        PROCESSES.remove(process);
    }
}
