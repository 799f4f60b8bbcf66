package dev.ferry.stream.container;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Writes a {@link LibvirtSaveImage} and the stream that belongs to it, as libvirt does
 * (src/qemu/qemu_saveimage.c, qemuSaveImageCreate): the header says that the image is incomplete
 * until everything is there.
 *
 * <pre>{@code
 * try (LibvirtSaveImageWriter writer = LibvirtSaveImageWriter.begin(file, image)) {
 *     writeStream(writer.stream());
 *     writer.finish();
 * }
 * }</pre>
 *
 * <p>In a {@linkplain LibvirtFormat#SPARSE sparse} image the stream is a mapped-ram one, whose
 * offsets count from the beginning of the file: it goes into the file itself, from {@link
 * #streamOrigin()} on.
 */
public final class LibvirtSaveImageWriter implements Closeable {

    private final WritableByteChannel target;
    private final LibvirtSaveImage image;

    /** Where the magic can still be changed; null if it was complete from the first. */
    private final @Nullable FileChannel file;

    private @Nullable WritableByteChannel stream;
    private boolean finished;

    private LibvirtSaveImageWriter(
            WritableByteChannel target, @Nullable FileChannel file, LibvirtSaveImage image) {
        this.target = target;
        this.file = file;
        this.image = image;
    }

    /**
     * Writes all that precedes the stream.
     *
     * @param file gets the image from its offset 0 on; stays open
     */
    public static LibvirtSaveImageWriter begin(FileChannel file, LibvirtSaveImage image)
            throws IOException {
        file.position(0);
        LibvirtSaveImageWriter writer = new LibvirtSaveImageWriter(file, file, image);
        writer.writeHead(LibvirtSaveImage.PARTIAL);
        return writer;
    }

    /**
     * The same for a pipe. It cannot be gone back in, so the header says from the first that the
     * image is complete.
     *
     * @param pipe stays open
     */
    public static LibvirtSaveImageWriter beginForward(
            WritableByteChannel pipe, LibvirtSaveImage image) throws IOException {
        LibvirtSaveImageWriter writer = new LibvirtSaveImageWriter(pipe, null, image);
        writer.writeHead(LibvirtSaveImage.COMPLETE);
        return writer;
    }

    private void writeHead(String magic) throws IOException {
        byte[] header = image.rawHeader();
        byte[] text = magic(magic);
        System.arraycopy(text, 0, header, 0, text.length);
        drain(ByteBuffer.wrap(header));
        drain(ByteBuffer.wrap(image.rawData()));
    }

    private static byte[] magic(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private void drain(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            target.write(bytes);
        }
    }

    /**
     * The channel for QEMU's stream, which is packed in the image's format. Closing it ends the
     * packed data and nothing else; {@link #finish()} does so too.
     */
    public WritableByteChannel stream() {
        if (stream == null) {
            stream = StreamCompressor.open(image.format().compression(), target);
        }
        return stream;
    }

    /**
     * The channel for a payload that is packed already, or not to be: what another image of the
     * same format has behind its {@link LibvirtSaveImage#payloadOffset()}. Instead of {@link
     * #stream()}.
     */
    public WritableByteChannel payload() {
        if (stream == null) {
            stream = StreamCompressor.open(Compression.NONE, target);
        }
        return stream;
    }

    /** File offset at which the stream, or what it is packed in, begins. Odd as often as even. */
    public long streamOrigin() {
        return image.payloadOffset();
    }

    /** Ends the stream and marks the image complete. */
    public void finish() throws IOException {
        stream().close();
        if (file != null) {
            ByteBuffer magic = ByteBuffer.wrap(magic(LibvirtSaveImage.COMPLETE));
            while (magic.hasRemaining()) {
                file.write(magic, magic.position());
            }
        }
        finished = true;
    }

    /** Lets the stream's threads go. An image that was not finished stays marked incomplete. */
    @Override
    public void close() throws IOException {
        if (!finished && stream != null) {
            stream.close();
        }
    }
}
