package dev.ferry.vmm.memory;

import java.nio.file.Path;

/** Where the bytes of a {@link RamBlock} are. */
public sealed interface Backing {

    /**
     * Memory of this process. On Linux nothing is set aside before it is touched, so that a guest
     * may have more than the host; elsewhere the JDK clears it all at once.
     */
    record Anonymous() implements Backing {}

    /**
     * A file mapped shared, made or lengthened as needed, as {@code memory-backend-file,share=on}.
     *
     * @param path of the file
     */
    record SharedFile(Path path) implements Backing {}

    /**
     * A file without a name that lives in memory, as {@code memory-backend-memfd}: other processes
     * can be given its descriptor. Linux only.
     */
    record Memfd() implements Backing {}
}
