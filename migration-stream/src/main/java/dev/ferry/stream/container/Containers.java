package dev.ferry.stream.container;

import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.TruncatedStreamException;
import dev.ferry.stream.UnsupportedStreamException;
import dev.ferry.stream.io.ByteSource;
import dev.ferry.stream.io.FileSource;
import dev.ferry.stream.io.InputStreamSource;
import dev.ferry.stream.io.SpooledSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Opens inputs of any kind and finds the migration stream in them, by content alone:
 *
 * <ul>
 *   <li>wrapped as a whole in xz, gzip, bzip2, zstd or lzop, or not;
 *   <li>inside that: a plain stream (also at an offset, see {@link PlainStream}), a {@link
 *       LibvirtSaveImage} of any format, a qcow2 image with a {@link Qcow2Snapshot}.
 * </ul>
 *
 * <p>Errors are of the {@link dev.ferry.stream.StreamException} family, except where the medium
 * itself fails. Errors in packed data tell the offset unpacked so far as their place and the
 * compressed offset in their text.
 */
public final class Containers {

    private Containers() {}

    /** Opens a file, pipe or device with default options. */
    public static OpenedInput open(Path file) throws IOException {
        return open(file, OpenOptions.DEFAULT);
    }

    /** Opens a file, pipe or device. */
    public static OpenedInput open(Path file, OpenOptions options) throws IOException {
        return open(medium(file), options);
    }

    /**
     * Opens what {@code in} yields; for standard input a {@link java.io.FileInputStream} over its
     * descriptor is faster than {@link System#in}.
     *
     * @param name the input's name for messages
     * @param in read from its current position on; closed with the result, or if opening fails
     */
    public static OpenedInput open(String name, InputStream in, OpenOptions options)
            throws IOException {
        return open(new InputStreamSource(name, in), options);
    }

    /**
     * Opens what {@code medium} holds.
     *
     * @param medium at its offset 0; closed with the result, or if opening fails
     */
    public static OpenedInput open(ByteSource medium, OpenOptions options) throws IOException {
        try {
            return detect(medium, options);
        } catch (IOException | RuntimeException | Error e) {
            closeAfter(e, medium);
            throw e;
        }
    }

    /**
     * Opens a further channel of a recorded migration. Such a stream need not begin with QEMU's
     * magic, so only a compression around it is looked for.
     */
    public static OpenedInput openChannel(Path file) throws IOException {
        return openChannel(medium(file));
    }

    /** As {@link #openChannel(Path)}, from {@code medium} at its offset 0. */
    public static OpenedInput openChannel(ByteSource medium) throws IOException {
        try {
            Lookahead outer = new Lookahead(medium, "");
            Compression compression = Compression.next(outer);
            ByteSource stream =
                    compression == Compression.NONE
                            ? rest(outer)
                            : new DecompressedSource(outer, compression, false);
            return new OpenedInput(stream, compression, new PlainStream(0));
        } catch (IOException | RuntimeException | Error e) {
            closeAfter(e, medium);
            throw e;
        }
    }

    private static ByteSource medium(Path file) throws IOException {
        // A pipe cannot be read by position; a directory says what it is when opened as a file.
        return Files.isRegularFile(file) || Files.isDirectory(file)
                ? FileSource.open(file)
                : new InputStreamSource(file.toString(), Files.newInputStream(file));
    }

    private static void closeAfter(Throwable e, ByteSource medium) {
        try {
            medium.close();
        } catch (IOException suppressed) {
            e.addSuppressed(suppressed);
        }
    }

    private static OpenedInput detect(ByteSource medium, OpenOptions options) throws IOException {
        Lookahead outer = new Lookahead(medium, "");
        Compression compression = Compression.next(outer);
        if (compression == Compression.NONE) {
            return inside(outer, compression, options);
        }
        DecompressedSource unpacked = new DecompressedSource(outer, compression, false);
        try {
            return inside(new Lookahead(unpacked, unpacked.crumb()), compression, options);
        } catch (IOException | RuntimeException | Error e) {
            closeAfter(e, unpacked);
            throw e;
        }
    }

    private static OpenedInput inside(Lookahead in, Compression compression, OpenOptions options)
            throws IOException {
        if (StreamMagic.isNext(in)) {
            return new OpenedInput(rest(in), compression, new PlainStream(0));
        }
        if (LibvirtSaveImageReader.isNext(in)) {
            return libvirt(in, compression, options);
        }
        if (Qcow2Header.isNext(in)) {
            return qcow2(in, compression, options);
        }
        refuseOthers(in, compression);
        String found = in.hex(16);
        if (!StreamMagic.find(in)) {
            throw new MalformedStreamException(
                    "expected a migration stream (\"QEVM\"), a libvirt save image or a qcow2 image,"
                            + " found "
                            + found
                            + " and no \"QEVM\" up to 0x"
                            + Long.toHexString(in.offset()),
                    in.at(0));
        }
        return new OpenedInput(rest(in), compression, new PlainStream(in.offset()));
    }

    private static OpenedInput libvirt(Lookahead in, Compression compression, OpenOptions options)
            throws IOException {
        LibvirtSaveImage image = LibvirtSaveImageReader.read(in, options.limits());
        Compression packed = image.format().compression();
        if (packed == Compression.NONE) {
            checkMagic(in);
            return new OpenedInput(rest(in), compression, image);
        }
        if (!packed.isNext(in)) {
            if (packed.isCutShort(in) || in.peek(0) < 0) {
                throw cutShort(in, "libvirt save image payload");
            }
            throw new MalformedStreamException(
                    "libvirt save image payload: expected "
                            + packed.label()
                            + " data, found "
                            + in.hex(6),
                    in.here());
        }
        DecompressedSource unpacked = new DecompressedSource(in, packed, true);
        Lookahead payload = new Lookahead(unpacked, unpacked.crumb());
        try {
            checkMagic(payload);
        } catch (IOException | RuntimeException | Error e) {
            closeAfter(e, unpacked);
            throw e;
        }
        return new OpenedInput(new ForwardSource(payload), compression, image);
    }

    private static void checkMagic(Lookahead in) throws IOException {
        if (StreamMagic.isNext(in)) {
            return;
        }
        if (StreamMagic.isCutShort(in) || in.peek(0) < 0) {
            throw cutShort(in, "stream magic");
        }
        throw StreamMagic.missing(in);
    }

    private static OpenedInput qcow2(Lookahead in, Compression compression, OpenOptions options)
            throws IOException {
        ByteSource image = in.source();
        if (!image.seekable()) {
            ByteBuffer first = in.buffered();
            image = SpooledSource.keep(image, 0, first, Long.MAX_VALUE, options.limits());
        }
        try {
            Qcow2Image opened = Qcow2Image.open(image, options);
            return new OpenedInput(opened.vmState(), compression, opened.snapshot());
        } catch (IOException | RuntimeException | Error e) {
            closeAfter(e, image);
            throw e;
        }
    }

    /** What can be told by its first bytes need not be searched for a stream. */
    private static void refuseOthers(Lookahead in, Compression outer) throws IOException {
        if (in.peek(0) < 0
                || StreamMagic.isCutShort(in)
                || LibvirtSaveImageReader.isCutShort(in)
                || Qcow2Header.isCutShort(in)) {
            throw cutShort(in, "migration stream");
        }
        Compression nested = Compression.next(in);
        if (nested != Compression.NONE) {
            throw new UnsupportedStreamException(
                    nested.label() + " data inside " + outer.label() + " data: unpack one of them",
                    in.here());
        }
        ForeignFormat foreign = ForeignFormat.next(in);
        if (foreign != null) {
            throw new UnsupportedStreamException(
                    "expected a migration stream (\"QEVM\"), a libvirt save image or a qcow2 image,"
                            + " found "
                            + foreign.description(),
                    in.here());
        }
    }

    private static TruncatedStreamException cutShort(Lookahead in, String what) throws IOException {
        String found = in.hex(16);
        return new TruncatedStreamException(
                what + ": the input ends after " + (found.length() + 1) / 3 + " bytes",
                in.here(),
                1);
    }

    /** The stream that begins at the next byte of {@code in}, seekable where that can be. */
    private static ByteSource rest(Lookahead in) throws IOException {
        ByteSource source = in.source();
        if (source instanceof FileSource file) {
            return file.from(in.offset());
        }
        return source.seekable() ? new TailSource(source, in.offset()) : new ForwardSource(in);
    }
}
