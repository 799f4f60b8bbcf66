package dev.ferry.stream.convert;

import dev.ferry.stream.io.WireOutput;
import dev.ferry.stream.ram.RamFeatures;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where memory goes when a stream is written: into page records, into places of its own in the
 * file, or into other channels. Each method writes one section's body, EOS record included.
 */
public interface RamTarget {

    /** The capability that the configuration section must list for it, or null. */
    default @Nullable String capability() {
        return null;
    }

    /** Writes the START body, which has the block list. */
    void start(WireOutput out, RamFeatures features) throws IOException;

    /** Writes the PART body: all of the memory. */
    void part(WireOutput out) throws IOException;

    /** Writes the END body. */
    void end(WireOutput out) throws IOException;

    /** Capabilities that the target cannot do with. */
    default List<String> excludes() {
        return List.of();
    }
}
