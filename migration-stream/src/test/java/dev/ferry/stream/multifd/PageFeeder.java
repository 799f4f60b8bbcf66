package dev.ferry.stream.multifd;

import dev.ferry.stream.ram.MalformedPageException;
import dev.ferry.stream.ram.PageKind;
import dev.ferry.stream.ram.PageRunBatch;
import dev.ferry.stream.ram.PageSink;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.stream.ram.RamState;
import dev.ferry.stream.testing.RamStates;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Hands a sink pages of the blocks {@code a} (1 MiB) and {@code b} (4 pages), lent as readers do.
 */
final class PageFeeder {

    private final RamState ram;
    private final PageRunBatch batch;
    private ByteBuffer lent = ByteBuffer.allocateDirect(0);

    PageFeeder(PageSink sink) throws IOException {
        this(sink, 4096);
    }

    PageFeeder(PageSink sink, int pageSize) throws IOException {
        ram = RamStates.of(sink, pageSize);
        ram.announce();
        batch = new PageRunBatch(ram, 0);
    }

    RamBlock block(String id) {
        RamBlock block = ram.block(id);
        if (block == null) {
            throw new IllegalArgumentException(id);
        }
        return block;
    }

    /**
     * Pages from {@code offset} on, each of one byte, as content with {@code gap} bytes between.
     */
    PageFeeder raw(String block, long offset, int gap, int... values) throws IOException {
        int pageSize = ram.pageSize();
        byte[] bytes = new byte[values.length * (pageSize + gap) + gap];
        for (int i = 0; i < values.length; i++) {
            int at = gap + i * (pageSize + gap);
            Arrays.fill(bytes, at, at + pageSize, (byte) values[i]);
        }
        return content(block, offset, gap, values.length, bytes);
    }

    /** Pages from {@code offset} on, {@code gap} bytes before each. */
    PageFeeder content(String block, long offset, int gap, int pages, byte[] bytes)
            throws IOException {
        if (lent.capacity() < bytes.length) {
            lent = ByteBuffer.allocateDirect(bytes.length);
        }
        lent.clear().put(bytes);
        lend(block, offset, gap, pages, lent);
        // The bytes were lent: whoever kept them without copying has these now.
        for (int i = 0; i < bytes.length; i++) {
            lent.put(i, (byte) 0xee);
        }
        return this;
    }

    /**
     * Pages from {@code offset} on, as they are in {@code bytes}, {@code gap} bytes before each.
     */
    PageFeeder lend(String block, long offset, int gap, int pages, ByteBuffer bytes)
            throws IOException {
        int stride = ram.pageSize() + gap;
        try {
            batch.raw(block(block), offset, pages, PageKind.PLAIN, bytes, gap, stride, 0);
            batch.flush();
        } catch (MalformedPageException e) {
            throw new AssertionError(e);
        }
        return this;
    }

    /** Pages of one byte, without content. */
    PageFeeder fill(String block, long offset, int pages, int value) throws IOException {
        try {
            batch.fill(block(block), offset, pages, PageKind.ZERO, value, 0);
            batch.flush();
        } catch (MalformedPageException e) {
            throw new AssertionError(e);
        }
        return this;
    }
}
