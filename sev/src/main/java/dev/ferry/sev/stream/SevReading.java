package dev.ferry.sev.stream;

import dev.ferry.stream.Findings;
import dev.ferry.stream.spi.RamExtension;
import org.jspecify.annotations.Nullable;

/**
 * Makes a {@link dev.ferry.stream.MigrationReader} read the streams of SEV guests, and knows
 * afterwards what it found.
 *
 * <pre>{@code
 * SevReading sev = new SevReading(SevOptions.DEFAULT);
 * ReaderOptions options = ReaderOptions.DEFAULT.withExtension(sev);
 * }</pre>
 *
 * For any number of readings of one stream, one after the other.
 */
public final class SevReading implements RamExtension.Factory {

    private final SevOptions options;
    private @Nullable SevRecords last;

    /** Reads as {@code options} say. */
    public SevReading(SevOptions options) {
        this.options = options;
    }

    @Override
    public RamExtension open(Findings findings) {
        SevRecords records = new SevRecords(options, findings);
        last = records;
        return records;
    }

    /** What the last reading found so far; null if there was no SEV record. */
    public @Nullable SevSummary summary() {
        SevRecords records = last;
        return records == null ? null : records.summary();
    }
}
