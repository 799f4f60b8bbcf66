package dev.ferry.sev.stream;

import dev.ferry.sev.SevException;
import dev.ferry.sev.cert.P384PrivateKey;
import dev.ferry.sev.cert.SevCertificate;
import dev.ferry.sev.policy.GuestPolicy;
import dev.ferry.sev.region.GfnRange;
import dev.ferry.stream.StreamWriter;
import dev.ferry.stream.io.WireOutput;
import dev.ferry.stream.item.SectionType;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.stream.ram.RamFeatures;
import dev.ferry.stream.ram.RamSectionWriter;
import dev.ferry.testdata.SevFixtures;
import dev.ferry.testdata.SevPlatformTruth;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;

/**
 * A stream of our own making: an SEV guest of one block, every fourth page of it shared, with
 * platforms of which a capture has the keys.
 */
final class SentStream {

    static final String BLOCK = "pc.ram";
    static final GuestPolicy POLICY = new GuestPolicy(1);

    private static final SevPlatformTruth SOURCE =
            SevFixtures.named("sev-pc-512k-idle-noregions").source();
    private static final SevPlatformTruth DESTINATION =
            SevFixtures.named("sev-pc-512k-idle-noregions").destination();

    final int pages;
    final byte[] memory;
    private final List<GfnRange> shared = new ArrayList<>();
    private boolean everyPageShared;

    SentStream(int pages, long seed) {
        this.pages = pages;
        this.memory = new byte[pages * 4096];
        new Random(seed).nextBytes(memory);
        for (int page = 3; page < pages; page += 4) {
            shared.add(new GfnRange(page, page + 1));
        }
    }

    boolean isShared(int page) {
        return everyPageShared || page % 4 == 3;
    }

    List<GfnRange> shared() {
        return shared;
    }

    static KeyedReceiver receiver() {
        try {
            return new KeyedReceiver(P384PrivateKey.of(DESTINATION.pdhPrivateKey()));
        } catch (SevException e) {
            throw new AssertionError(e);
        }
    }

    private KeyedSealer sealer() throws SevException {
        try (P384PrivateKey own = P384PrivateKey.of(SOURCE.pdhPrivateKey())) {
            return new KeyedSealer(
                    own,
                    SevCertificate.parse(SOURCE.certificate("pdh")),
                    SevCertificate.parse(DESTINATION.certificate("pdh")),
                    POLICY,
                    block -> MemorySegment.ofArray(memory),
                    new SecureRandom());
        }
    }

    /** The same memory, all of it shared. */
    byte[] allShared() throws IOException, SevException {
        shared.clear();
        shared.add(new GfnRange(0, pages));
        everyPageShared = true;
        return bytes(true);
    }

    /** All of the stream. */
    byte[] bytes(boolean manifest) throws IOException, SevException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        RamBlock block = new RamBlock(0, BLOCK, memory.length, 0, OptionalLong.empty(), null);
        try (WireOutput out = new WireOutput(Channels.newChannel(bytes));
                KeyedSealer sealer = sealer()) {
            StreamWriter writer = new StreamWriter(out, true);
            writer.header();
            writer.configuration("pc-i440fx-6.1", List.of());
            RamSectionWriter ram = new RamSectionWriter(out, 4096);
            writer.begin(SectionType.START, 2, "ram", 0, 4);
            ram.blockList(List.of(block), RamFeatures.NONE);
            ram.eos();
            writer.end();
            writer.begin(SectionType.END, 2, "ram", 0, 4);
            EncryptedPageSender sender =
                    new EncryptedPageSender(new SevRecordWriter(ram), sealer, manifest);
            for (int page = 0; page < pages; page++) {
                long offset = page * 4096L;
                if (isShared(page)) {
                    sender.startWith(block, offset);
                    sender.flush();
                    ram.plain(block, offset, ByteBuffer.wrap(memory), page * 4096);
                } else {
                    sender.page(block, offset);
                }
            }
            sender.finish(shared, block);
            ram.eos();
            writer.end();
            writer.eof();
            writer.description(
                    sender.describe(
                            "{\"page_size\": 4096, \"devices\": []}"
                                    .getBytes(StandardCharsets.US_ASCII)));
        }
        return bytes.toByteArray();
    }
}
