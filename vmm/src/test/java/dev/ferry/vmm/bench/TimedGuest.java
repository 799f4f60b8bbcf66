package dev.ferry.vmm.bench;

import dev.ferry.testdata.qemu.QemuPeer;
import java.io.IOException;
import java.io.InputStream;

/**
 * A firmware image whose characters on the serial port tell how far it has come.
 *
 * @param image among the guests
 * @param from characters before the first interval
 * @param phases names of the intervals, which end in a character each
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never changed
record TimedGuest(String image, int from, String... phases) {

    int characters() {
        return from + phases.length;
    }

    byte[] bytes() throws IOException {
        try (InputStream in =
                QemuPeer.class.getResourceAsStream("/dev/ferry/testdata/guests/" + image)) {
            if (in == null) {
                throw new IOException("there is no guest " + image);
            }
            return in.readAllBytes();
        }
    }

    /** Nanoseconds of each phase, from when each character came. */
    long[] intervals(long[] times) {
        long[] intervals = new long[phases.length];
        for (int i = 0; i < intervals.length; i++) {
            intervals[i] = times[from + i] - times[from + i - 1];
        }
        return intervals;
    }
}
