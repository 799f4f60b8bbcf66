package dev.ferry.stream.vmstate;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StreamCorruptedException;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/**
 * A {@link LayoutCatalogue} as a file.
 *
 * <pre>
 *  u32 'FLC1', then all that follows deflated (zlib); numbers are LEB128
 *  strings     count, each: length, Latin-1
 *  origins     count, each: three strings (target, QEMU, machine), silent sections + 1
 *  nodes       count, each a field or a structure; refers to earlier nodes only
 *    field     1, name, type, flags (1: elements), first index, counts, sizes, nested nodes
 *    structure 0, name, version + 1, field nodes
 *  sections    count, each: node, instances, origins as (gap, run) pairs
 *  subsections count, each: node
 * </pre>
 */
final class CatalogueFormat {

    private static final int MAGIC = 0x464c4331;

    /** Bound of every count in the file; the file is ours, but a damaged one must not hang us. */
    static final int MAX_COUNT = 1 << 20;

    private CatalogueFormat() {}

    static LayoutCatalogue read(InputStream file) throws IOException {
        DataInputStream header = new DataInputStream(file);
        if (header.readInt() != MAGIC) {
            throw new StreamCorruptedException("layout catalogue: not one");
        }
        try (InputStream inflated = new InflaterInputStream(file)) {
            return new CatalogueReader(inflated.readAllBytes()).catalogue();
        }
    }

    static void write(LayoutCatalogue catalogue, OutputStream file) throws IOException {
        new DataOutputStream(file).writeInt(MAGIC);
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION);
        try (DataOutputStream out =
                new DataOutputStream(new DeflaterOutputStream(file, deflater, 1 << 15))) {
            new CatalogueWriter(out).catalogue(catalogue);
        } finally {
            deflater.end();
        }
    }
}
