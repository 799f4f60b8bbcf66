package dev.ferry.tools.verify;

import dev.ferry.stream.Findings;
import dev.ferry.stream.MigrationReader;
import dev.ferry.stream.Place;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.ram.PageRun;
import dev.ferry.tools.cli.Quantity;
import dev.ferry.tools.input.MigrationInput;
import org.jspecify.annotations.Nullable;

/** What the checks share: the input, and where to report. */
final class Verification {

    private final Findings findings;
    private @Nullable MigrationInput input;

    Verification(Findings findings) {
        this.findings = findings;
    }

    /** The input is opened only when the sinks for its pages are there. */
    void begin(MigrationInput opened) {
        input = opened;
    }

    MigrationInput input() {
        if (input == null) {
            throw new IllegalStateException("not begun");
        }
        return input;
    }

    MigrationReader reader() {
        return input().reader();
    }

    Findings findings() {
        return findings;
    }

    /** A place in a recorded channel. */
    Place place(int channel, long offset, String where) {
        return new Place(reader().channels().get(channel).name(), offset, where);
    }

    Place place(StreamItem item, String where) {
        return place(item.channel(), item.at(), where);
    }

    /** The first page of a run. */
    Place place(PageRun run) {
        return place(
                run.channel(),
                run.streamOffset(),
                "section 'ram' / " + run.block() + " / page " + Quantity.hex(run.offset()));
    }

    /** The whole input. */
    Place whole(String where) {
        return place(0, 0, where);
    }

    static String name(StreamItem.Section section) {
        return "section " + section.id() + " '" + section.name() + "'";
    }
}
