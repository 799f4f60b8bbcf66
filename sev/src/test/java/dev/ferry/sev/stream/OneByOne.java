package dev.ferry.sev.stream;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.stream.ram.RamBlock;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Opens as another receiver does, and looks whether packets of one page are ever side by side. */
final class OneByOne implements PacketReceiver {

    private final PacketReceiver receiver;
    long opened;
    int most;

    OneByOne(PacketReceiver receiver) {
        this.receiver = receiver;
    }

    @Override
    public void start(StartFields fields) throws SevException {
        receiver.start(fields);
    }

    @Override
    public int capacity() {
        return receiver.capacity();
    }

    @Override
    public void take(int index, ByteBuffer from, int header) {
        receiver.take(index, from, header);
    }

    @Override
    public byte @Nullable [] open(
            RamBlock block, long[] offsets, int count, FirmwareStatus[] statuses) {
        for (int i = 1; i < count; i++) {
            if (offsets[i] <= offsets[i - 1]) {
                throw new AssertionError(
                        "page 0x" + Long.toHexString(offsets[i]) + " may be opened twice at once");
            }
        }
        opened += count;
        most = Math.max(most, count);
        return receiver.open(block, offsets, count, statuses);
    }

    @Override
    public boolean manifestFits(long packets, byte[] digest, byte[] mac) {
        return receiver.manifestFits(packets, digest, mac);
    }

    @Override
    public void close() {
        receiver.close();
    }
}
