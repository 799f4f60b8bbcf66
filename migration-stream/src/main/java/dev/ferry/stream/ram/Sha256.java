package dev.ferry.stream.ram;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The hash of guest memory, and the threads that work at it. */
final class Sha256 {

    private Sha256() {}

    static MessageDigest start() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** A thread for each core; they do not keep the program alive. */
    static ExecutorService workers() {
        return Executors.newFixedThreadPool(
                Runtime.getRuntime().availableProcessors(),
                task -> {
                    Thread thread = new Thread(task, "sha256");
                    thread.setDaemon(true);
                    return thread;
                });
    }
}
