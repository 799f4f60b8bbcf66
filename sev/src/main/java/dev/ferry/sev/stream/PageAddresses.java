package dev.ferry.sev.stream;

import dev.ferry.stream.ram.RamBlock;

/** Where pages are in the memory that a secure processor knows. */
@FunctionalInterface
public interface PageAddresses {

    /**
     * The address of a page, as the commands of a {@link dev.ferry.sev.firmware.SecureProcessor}
     * name it.
     *
     * @param offset of the page in the block
     */
    long of(RamBlock block, long offset);
}
