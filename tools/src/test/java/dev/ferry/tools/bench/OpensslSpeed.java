package dev.ferry.tools.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What {@code openssl speed} says of one algorithm and blocks of one size. On one core per second
 * of CPU, on several per second of the clock.
 */
record OpensslSpeed(int blockBytes, int seconds, int cores) {

    /**
     * One run.
     *
     * @param algorithm such as {@code -evp aes-128-ctr}
     * @return bytes a second
     */
    double bytesPerSecond(String... algorithm) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of("openssl", "speed"));
        words.addAll(List.of("-bytes", "" + blockBytes, "-seconds", "" + seconds));
        if (cores > 1) {
            words.addAll(List.of("-multi", "" + cores, "-elapsed"));
        }
        words.addAll(List.of(algorithm));
        Process process =
                new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", words) + ": exit code " + process.exitValue());
        }
        return parse(said);
    }

    /** The last line is the algorithm's name and, for one size, one number: 1000s of bytes. */
    private static double parse(String said) throws IOException {
        String last = said.strip().substring(said.strip().lastIndexOf('\n') + 1);
        String number = last.substring(last.lastIndexOf(' ') + 1);
        if (!number.endsWith("k")) {
            throw new IOException("openssl speed: expected a number and k, found " + last);
        }
        return 1000 * Double.parseDouble(number.substring(0, number.length() - 1));
    }
}
