package dev.ferry.testdata.qemu;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * What has to be known of a libvirt save image to get at its stream (libvirt
 * src/qemu/qemu_saveimage.h, struct _virQEMUSaveHeader). Numbers are little-endian here.
 *
 * <pre>
 *  u8[16] magic
 *  u32    version, 2
 *  u32    length of XML and cookie, which follow the 92 bytes of this header
 *  u32    whether the guest was running
 *  u32    format
 * </pre>
 *
 * @param payload offset of the stream in the file
 * @param format name of the format
 */
record LibvirtHeader(long payload, String format) {
    private static final int LENGTH = 92;
    private static final String MAGIC = "LibvirtQemudSave";

    /** By their numbers. */
    private static final List<String> FORMATS =
            List.of("raw", "gzip", "bzip2", "xz", "lzop", "zstd", "sparse");

    static LibvirtHeader read(Path image) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        try (FileChannel file = FileChannel.open(image)) {
            while (header.hasRemaining()) {
                if (file.read(header) < 0) {
                    throw new EOFException(image + ": shorter than a libvirt header");
                }
            }
        }
        String magic = new String(header.array(), 0, MAGIC.length(), StandardCharsets.US_ASCII);
        int version = header.getInt(16);
        int format = header.getInt(28);
        if (!magic.equals(MAGIC) || version != 2 || format < 0 || format >= FORMATS.size()) {
            throw new IOException(
                    image + ": magic '" + magic + "', version " + version + ", format " + format);
        }
        return new LibvirtHeader(
                LENGTH + Integer.toUnsignedLong(header.getInt(20)), FORMATS.get(format));
    }

    boolean isSparse() {
        return format.equals("sparse");
    }

    /** A shell command that prints the stream. */
    String command(Path image) {
        String tail = "tail -c +" + (payload + 1) + " " + Shell.quote(image);
        return format.equals("raw") ? tail : tail + " | " + format + " -dc";
    }
}
