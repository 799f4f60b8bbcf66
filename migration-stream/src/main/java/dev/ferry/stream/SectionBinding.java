package dev.ferry.stream;

import dev.ferry.stream.live.LiveSection;
import org.jspecify.annotations.Nullable;

/** What a section id means since its START or FULL. */
record SectionBinding(
        long id,
        String name,
        long instance,
        long version,
        boolean isRam,
        @Nullable LiveSection live) {

    @Override
    public String toString() {
        return "section " + id + " '" + name + "'";
    }
}
