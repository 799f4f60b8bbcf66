package dev.ferry.tools.bench;

import java.io.IOException;

/** Something that is timed as a whole process. */
interface Timed {

    /**
     * One run.
     *
     * @param seconds from start to end
     * @param peakKib most memory resident at a time, 0 where nobody looked
     */
    record Run(double seconds, long peakKib) {}

    /** What it is, for the table. */
    String label();

    /** Runs it once. */
    Run run() throws IOException, InterruptedException;
}
