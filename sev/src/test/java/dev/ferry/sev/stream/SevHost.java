package dev.ferry.sev.stream;

import dev.ferry.sev.SevException;
import dev.ferry.sev.firmware.GuestMemory;
import dev.ferry.sev.firmware.InitParameters;
import dev.ferry.sev.firmware.LaunchStart;
import dev.ferry.sev.firmware.PlatformFile;
import dev.ferry.sev.firmware.PlatformOptions;
import dev.ferry.sev.firmware.SecureProcessor;
import dev.ferry.sev.firmware.SendStart;
import dev.ferry.sev.policy.GuestPolicy;
import dev.ferry.sev.region.GfnRange;
import dev.ferry.stream.MigrationReader;
import dev.ferry.stream.ReaderOptions;
import dev.ferry.stream.StreamWriter;
import dev.ferry.stream.io.WireOutput;
import dev.ferry.stream.item.SectionType;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.ram.PageKind;
import dev.ferry.stream.ram.PageRun;
import dev.ferry.stream.ram.PageSink;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.stream.ram.RamFeatures;
import dev.ferry.stream.ram.RamSectionWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * A host with a secure processor and memory for one guest, which sends and receives it as a whole
 * stream. Every fourth page of a guest is shared.
 */
final class SevHost implements AutoCloseable {

    static final int PAGES = 200;
    static final GuestPolicy POLICY = new GuestPolicy(0);
    private static final int PAGE = 4096;
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final PlatformFile ROOT = platform(PlatformOptions.DEFAULT.withRootBits(2048));
    private static final RamBlock BLOCK =
            new RamBlock(0, "pc.ram", (long) PAGES * PAGE, 0, OptionalLong.empty(), null);

    final byte[] memory = new byte[PAGES * PAGE];
    final PlatformFile platform;
    final SecureProcessor firmware;
    private final GuestMemory guestMemory = GuestMemory.of(MemorySegment.ofArray(memory), 0);
    private final int asid = 400;
    int guest;

    SevHost() throws SevException {
        this(platform(PlatformOptions.DEFAULT.withRootOf(ROOT)));
    }

    SevHost(PlatformFile platform) throws SevException {
        this.platform = platform;
        this.firmware = SecureProcessor.of(platform, RANDOM);
        firmware.init(InitParameters.SEV_ES);
        firmware.wbinvd();
        firmware.dfFlush();
    }

    private static PlatformFile platform(PlatformOptions options) {
        try {
            return PlatformFile.create(options, RANDOM);
        } catch (SevException e) {
            throw new AssertionError(e);
        }
    }

    static boolean isShared(int page) {
        return page % 4 == 3;
    }

    static List<GfnRange> shared() {
        List<GfnRange> shared = new ArrayList<>();
        for (int page = 3; page < PAGES; page += 4) {
            shared.add(new GfnRange(page, page + 1));
        }
        return shared;
    }

    /** Starts a guest with these contents, its private pages encrypted. */
    void launch(byte[] contents, GuestPolicy policy) throws SevException {
        System.arraycopy(contents, 0, memory, 0, memory.length);
        guest = firmware.launchStart(LaunchStart.of(policy, guestMemory));
        firmware.activate(guest, asid);
        for (int page = 0; page < PAGES; page++) {
            if (!isShared(page)) {
                firmware.launchUpdateData(guest, (long) page * PAGE, PAGE);
            }
        }
        firmware.launchMeasure(guest, 48);
        firmware.launchFinish(guest);
    }

    /** What the guest itself sees. */
    byte[] seenByTheGuest() throws SevException {
        byte[] seen = memory.clone();
        for (int page = 0; page < PAGES; page++) {
            if (!isShared(page)) {
                firmware.dbgDecrypt(guest, (long) page * PAGE, seen, page * PAGE, PAGE);
            }
        }
        return seen;
    }

    FirmwareSender senderTo(SevHost destination) throws SevException {
        PlatformFile to = destination.platform;
        return new FirmwareSender(
                firmware,
                platform.pdh().bytes(),
                SendStart.of(guest, to.pdh().bytes(), to.chain().bytes(), to.amdChain().bytes()),
                (block, offset) -> offset);
    }

    /** Sends more, behind all pages. */
    interface More {
        void send(EncryptedPageSender pages, RamBlock block) throws IOException, SevException;
    }

    /** The whole stream. */
    byte[] send(FirmwareSender sender, boolean manifest) throws IOException, SevException {
        return send(sender, manifest, (pages, block) -> {});
    }

    /** The same and more. */
    byte[] send(FirmwareSender sender, boolean manifest, More more)
            throws IOException, SevException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (WireOutput out = new WireOutput(Channels.newChannel(bytes))) {
            StreamWriter writer = new StreamWriter(out, true);
            writer.header();
            writer.configuration("pc-q35-6.1", List.of());
            RamSectionWriter ram = new RamSectionWriter(out, PAGE);
            writer.begin(SectionType.START, 2, "ram", 0, 4);
            ram.blockList(List.of(BLOCK), RamFeatures.NONE);
            ram.eos();
            writer.end();
            writer.begin(SectionType.END, 2, "ram", 0, 4);
            EncryptedPageSender pages =
                    new EncryptedPageSender(new SevRecordWriter(ram), sender, manifest);
            for (int page = 0; page < PAGES; page++) {
                if (isShared(page)) {
                    pages.flush();
                    ram.plain(BLOCK, (long) page * PAGE, ByteBuffer.wrap(memory), page * PAGE);
                } else {
                    pages.page(BLOCK, (long) page * PAGE);
                }
            }
            more.send(pages, BLOCK);
            pages.finish(shared(), BLOCK);
            ram.eos();
            writer.end();
            writer.eof();
            writer.description(pages.describe(new byte[0]));
        }
        return bytes.toByteArray();
    }

    /** Takes a guest over from a stream; its handle is {@link #guest} then. */
    void receive(byte[] stream, boolean manifest) throws IOException, SevException {
        FirmwareReceiver receiver =
                new FirmwareReceiver(firmware, guestMemory, asid, (block, offset) -> offset);
        SevReading sev =
                new SevReading(
                        SevOptions.DEFAULT.withReceiver(() -> receiver).withManifest(manifest));
        try (MigrationReader reader =
                MigrationReader.of(
                        Captures.input("migration", stream),
                        ReaderOptions.DEFAULT.withExtension(sev).withPages(new Memory()))) {
            for (StreamItem item = reader.next(); item != null; item = reader.next()) {
                // Pages go to memory, or to the firmware.
            }
            receiver.finish();
        }
        guest = receiver.handle();
    }

    /** Takes shared pages; private ones come through the firmware. */
    private final class Memory implements PageSink {
        @Override
        public void blocks(List<RamBlock> blocks, int pageSize) {}

        @Override
        public void pages(PageRun run) {
            if (run.kind() == PageKind.ENCRYPTED) {
                if (run.encoding() != PageRun.Encoding.ABSENT) {
                    throw new AssertionError("a private page in the clear");
                }
                return;
            }
            for (int i = 0; i < run.count(); i++) {
                run.data()
                        .get(
                                run.dataIndex() + i * run.stride(),
                                memory,
                                (int) run.offset() + i * PAGE,
                                PAGE);
            }
        }
    }

    /** Ends a guest that lives elsewhere, so that another can come. */
    void gone() throws SevException {
        firmware.deactivate(guest);
        firmware.decommission(guest);
        firmware.wbinvd();
        firmware.dfFlush();
    }

    @Override
    public void close() {
        firmware.close();
    }
}
