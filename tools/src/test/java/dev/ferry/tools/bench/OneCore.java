package dev.ferry.tools.bench;

import dev.ferry.sev.SevException;
import dev.ferry.sev.packet.PacketBatch;
import dev.ferry.sev.packet.PacketCipher;
import dev.ferry.sev.session.TransportKeys;
import java.lang.management.ManagementFactory;
import java.security.SecureRandom;

/** One thread, timed by the CPU time it gets. */
final class OneCore implements PacketWork {

    private static final int PAGES = 64;

    private final PacketCipher cipher;
    private final PacketBatch batch = new PacketBatch(PAGES);

    OneCore(TransportKeys keys) throws SevException {
        cipher = new PacketCipher(keys);
        new SecureRandom().nextBytes(batch.plain());
        run(true);
    }

    @Override
    public long run(boolean seal) throws SevException {
        for (int i = 0; i < PAGES; i++) {
            int page = PacketBatch.pageAt(i);
            int header = PacketBatch.headerAt(i);
            int length = PacketBatch.PAGE_BYTES;
            if (seal) {
                cipher.seal(
                        batch.plain(),
                        page,
                        length,
                        batch.headers(),
                        header,
                        batch.ciphertext(),
                        page);
            } else {
                cipher.open(
                        batch.headers(),
                        header,
                        batch.ciphertext(),
                        page,
                        length,
                        batch.plain(),
                        page);
            }
        }
        return batch.plain().length;
    }

    @Override
    public void finish() {}

    @Override
    public long now() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    @Override
    public void close() {
        cipher.close();
    }
}
