package dev.ferry.vmm.chardev;

import dev.ferry.vmm.device.Chardev;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A stream socket. One peer at a time; when it has left, a server takes the next one, and a client
 * tries again if it was told to. What the guest writes while there is no peer is lost.
 *
 * <p>Source: QEMU chardev/char-socket.c.
 */
public final class SocketChardev implements Chardev {

    private final ChardevSpec.Socket spec;
    private final @Nullable ServerSocketChannel server;
    private final InputGate gate = new InputGate();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private @Nullable SocketPeer peer;
    private volatile boolean closed;

    private SocketChardev(ChardevSpec.Socket spec, @Nullable ServerSocketChannel server) {
        this.spec = spec;
        this.server = server;
    }

    static SocketChardev open(ChardevSpec.Socket spec) throws IOException {
        if (spec.server()) {
            SocketChardev chardev = new SocketChardev(spec, listen(spec.address()));
            SocketChannel first = null;
            if (spec.await() && chardev.server != null) {
                first = chardev.server.accept();
            }
            chardev.start(first);
            return chardev;
        }
        SocketChannel connection = null;
        try {
            connection = SocketChannel.open(spec.address());
        } catch (IOException e) {
            if (spec.reconnectMillis() == 0) {
                throw e;
            }
        }
        SocketChardev chardev = new SocketChardev(spec, null);
        chardev.start(connection);
        return chardev;
    }

    private static ServerSocketChannel listen(SocketAddress address) throws IOException {
        boolean unix = address instanceof UnixDomainSocketAddress;
        ServerSocketChannel channel =
                unix
                        ? ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                        : ServerSocketChannel.open();
        try {
            if (address instanceof UnixDomainSocketAddress named) {
                // What an earlier process left.
                Files.deleteIfExists(named.getPath());
            }
            return channel.bind(address, 1);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Where it listens, or is connected to. */
    public SocketAddress address() throws IOException {
        return server == null ? spec.address() : server.getLocalAddress();
    }

    private void start(@Nullable SocketChannel first) {
        Thread.ofPlatform().daemon().name("socket " + spec.address()).start(() -> serve(first));
    }

    private void serve(@Nullable SocketChannel first) {
        SocketChannel channel = first;
        while (!closed) {
            try {
                if (channel == null) {
                    channel = next();
                }
                if (channel == null) {
                    return;
                }
                converse(channel);
            } catch (IOException e) {
                // The peer went, or could not be reached; the next one is waited for.
            }
            channel = null;
        }
    }

    private @Nullable SocketChannel next() throws IOException {
        if (server != null) {
            return server.accept();
        }
        if (spec.reconnectMillis() == 0) {
            return null;
        }
        lock.lock();
        try {
            long left = TimeUnit.MILLISECONDS.toNanos(spec.reconnectMillis());
            while (left > 0 && !closed) {
                left = ended.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        } finally {
            lock.unlock();
        }
        return closed ? null : SocketChannel.open(spec.address());
    }

    private void converse(SocketChannel channel) throws IOException {
        if (spec.address() instanceof InetSocketAddress) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        }
        SocketPeer now = new SocketPeer(channel);
        lock.lock();
        try {
            if (closed) {
                now.close();
                return;
            }
            peer = now;
        } finally {
            lock.unlock();
        }
        try {
            now.read(gate);
        } finally {
            lock.lock();
            try {
                peer = null;
            } finally {
                lock.unlock();
            }
            now.close();
        }
    }

    @Override
    public void write(int value) {
        SocketPeer to;
        lock.lock();
        try {
            to = peer;
        } finally {
            lock.unlock();
        }
        if (to != null) {
            to.write(value);
        }
    }

    @Override
    public void receiver(Receiver receiver) {
        gate.receiver(receiver);
    }

    @Override
    public void ready() {
        gate.ready();
    }

    @Override
    public void close() {
        SocketPeer last;
        lock.lock();
        try {
            closed = true;
            last = peer;
            ended.signalAll();
        } finally {
            lock.unlock();
        }
        gate.close();
        if (last != null) {
            last.close();
        }
        try {
            if (server != null) {
                server.close();
                if (spec.address() instanceof UnixDomainSocketAddress named) {
                    Files.deleteIfExists(named.getPath());
                }
            }
        } catch (IOException e) {
            // The file stays; the next server takes it away.
        }
    }
}
