package dev.ferry.tools.output;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A file that appears under its name only when it is complete: written under a temporary name in
 * the same directory, forced to the disk, renamed. Not even Ctrl-C leaves a part of it.
 *
 * <p>What is no regular file (a pipe, a device) is written to as it is.
 */
public final class OutputFile implements Closeable {

    private final Path target;
    private final Path temporary;
    private final FileChannel channel;
    private final boolean rename;
    private final Thread cleanup;
    private final @Nullable Writeback writeback;
    private boolean committed;

    private OutputFile(Path target, Path temporary, FileChannel channel, boolean rename) {
        this.target = target;
        this.temporary = temporary;
        this.channel = channel;
        this.rename = rename;
        this.cleanup = new Thread(this::discard, "remove unfinished output");
        this.writeback = rename ? Writeback.start(channel) : null;
    }

    /** Opens a file that will appear as {@code target}. */
    public static OutputFile create(Path target) throws IOException {
        return create(target, new FileAttribute<?>[0]);
    }

    /** As {@link #create}, but nobody other than the owner may read or write the file. */
    public static OutputFile createPrivate(Path target) throws IOException {
        boolean posix = target.getFileSystem().supportedFileAttributeViews().contains("posix");
        return posix
                ? create(
                        target,
                        PosixFilePermissions.asFileAttribute(
                                EnumSet.of(
                                        PosixFilePermission.OWNER_READ,
                                        PosixFilePermission.OWNER_WRITE)))
                : create(target);
    }

    private static OutputFile create(Path target, FileAttribute<?>... attributes)
            throws IOException {
        if (Files.isDirectory(target)) {
            throw new FileSystemException(target.toString(), null, "is a directory");
        }
        if (Files.exists(target) && !Files.isRegularFile(target)) {
            FileChannel channel = FileChannel.open(target, StandardOpenOption.WRITE);
            return new OutputFile(target, target, channel, false);
        }
        // The file itself is replaced, not a link to it.
        Path real = Files.exists(target) ? target.toRealPath() : target.toAbsolutePath();
        Path temporary =
                real.resolveSibling(
                        "." + real.getFileName() + "." + ProcessHandle.current().pid() + ".part");
        FileChannel channel =
                FileChannel.open(
                        temporary,
                        Set.of(
                                StandardOpenOption.CREATE_NEW,
                                StandardOpenOption.WRITE,
                                StandardOpenOption.SPARSE),
                        attributes);
        OutputFile file = new OutputFile(real, temporary, channel, true);
        Runtime.getRuntime().addShutdownHook(file.cleanup);
        return file;
    }

    /** Whether holes can be left by writing further on. */
    public boolean seekable() {
        return rename;
    }

    public FileChannel channel() {
        return channel;
    }

    public void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Makes the file appear, {@code length} bytes long. */
    public void commit(long length) throws IOException {
        if (!rename) {
            return;
        }
        if (channel.size() < length) {
            // A hole at the end.
            channel.write(ByteBuffer.allocate(1), length - 1);
        }
        stopWriteback();
        channel.force(true);
        channel.close();
        Files.move(
                temporary,
                target,
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        committed = true;
    }

    /** Takes back a file that was committed: what it belongs with did not come about. */
    public void withdraw() throws IOException {
        if (committed && rename) {
            Files.deleteIfExists(target);
        }
    }

    private void discard() {
        if (!committed) {
            try {
                Files.deleteIfExists(temporary);
            } catch (IOException e) {
                // Nobody is left to tell.
            }
        }
    }

    private void stopWriteback() {
        if (writeback != null) {
            writeback.stop();
        }
    }

    @Override
    public void close() throws IOException {
        stopWriteback();
        channel.close();
        if (rename) {
            discard();
            try {
                Runtime.getRuntime().removeShutdownHook(cleanup);
            } catch (IllegalStateException e) {
                // The hook is running already.
            }
        }
    }
}
