package dev.ferry.vmm.sev;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.cert.PlatformChain;
import dev.ferry.sev.firmware.FirmwareVersion;
import dev.ferry.sev.firmware.GuestMemory;
import dev.ferry.sev.firmware.GuestState;
import dev.ferry.sev.firmware.LaunchStart;
import dev.ferry.sev.firmware.MemoryEncryption;
import dev.ferry.sev.firmware.PdhExport;
import dev.ferry.sev.firmware.SecureProcessor;
import dev.ferry.sev.policy.GuestPolicy;
import dev.ferry.sev.region.GfnRange;
import dev.ferry.sev.region.MapGpaRange;
import dev.ferry.vmm.hypercall.GuestProtocol;
import dev.ferry.vmm.memory.AddressSpace;
import dev.ferry.vmm.memory.MemoryRange;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A SEV guest: its launch, its memory, and what may be asked about it.
 *
 * <pre>
 *  create               LAUNCH_START, ACTIVATE
 *  launchUpdate...      LAUNCH_UPDATE_DATA: firmware and boot images, measured and encrypted
 *  launchMeasure        LAUNCH_MEASURE; the owner may look, and
 *  injectSecret         LAUNCH_SECRET
 *  launchFinish         LAUNCH_FINISH: it may run
 * </pre>
 *
 * A guest that arrives by migration is made with {@link #incoming}; RECEIVE_START and the others
 * are given by who receives it.
 *
 * <p>RAM is ciphertext to everybody but the guest. The machine's ROM and flash are not encrypted:
 * see {@link #launchUpdate}. Not for several threads, but for {@link #protocol} and queries.
 */
public final class SevGuest implements AutoCloseable {

    /** Most plaintext that is kept, in pages: 256 MiB. */
    private static final int MAX_PLAINTEXT = 1 << 16;

    private static final int PAGE_SHIFT = 12;

    /** Bytes of one LAUNCH_UPDATE_DATA at most. */
    private static final int PIECE = 1 << 30;

    private static final int PDH_BYTES = 2084;
    private static final int ID_BYTES = 64;
    private static final int MEASUREMENT_BYTES = 48;

    private final SevGuestConfig config;
    private final SevPlatform platform;
    private final AddressSpace space;
    private final SevGuestMemory memory;
    private final GuestProtocol protocol;
    private final long frames;
    private int handle;
    private int asid;
    private @Nullable PlaintextCache plaintext;
    private byte @Nullable [] measurement;

    private SevGuest(
            SevGuestConfig config,
            SevPlatform platform,
            AddressSpace space,
            MapGpaRange.Arguments arguments) {
        this.config = config;
        this.platform = platform;
        this.space = space;
        this.memory = new SevGuestMemory(space, this::engine);
        this.frames = frames(space);
        this.protocol =
                GuestProtocol.sev(config.cpuid(), false, frames, arguments, this::statusChanged);
    }

    /**
     * Begins a launch.
     *
     * @param platform open for as long as the guest is
     * @param space with all of its memory mapped; nothing need be in it yet
     * @throws SevException what the firmware refuses, such as a policy or a session
     */
    public static SevGuest create(SevGuestConfig config, SevPlatform platform, AddressSpace space)
            throws SevException, IOException {
        SevGuest guest = new SevGuest(config, platform, space, MapGpaRange.Arguments.ATTRIBUTES);
        LaunchStart start =
                new LaunchStart(
                        config.policy(), 0, config.ownerDh(), config.session(), guest.memory);
        int handle = platform.firmware().launchStart(start);
        try {
            guest.attach(handle, platform.bind(handle));
        } catch (SevException | IOException e) {
            guest.close();
            throw e;
        }
        return guest;
    }

    /** One that is to be received. */
    public static SevGuest incoming(
            SevGuestConfig config, SevPlatform platform, AddressSpace space) {
        SevGuest guest = new SevGuest(config, platform, space, MapGpaRange.Arguments.ATTRIBUTES);
        guest.memory.launched();
        return guest;
    }

    /**
     * Has the engine of a guest work on memory.
     *
     * @param ofHandle by LAUNCH_START or RECEIVE_START
     * @param withAsid what it was activated with
     */
    public void attach(int ofHandle, int withAsid) throws IOException {
        handle = ofHandle;
        asid = withAsid;
        long pages = 0;
        for (MemoryRange range : space.memory()) {
            pages += SevGuestMemory.encrypted(range) ? range.length() >>> PAGE_SHIFT : 0;
        }
        plaintext =
                new PlaintextCache(
                        engine(),
                        frames,
                        (int) Math.max(1, Math.min(MAX_PLAINTEXT, pages)),
                        space::dropAddresses);
        space.privateMemory(plaintext);
    }

    private MemoryEncryption engine() {
        return platform.engine(asid);
    }

    private static long frames(AddressSpace space) {
        long end = 1;
        for (MemoryRange range : space.memory()) {
            end = Math.max(end, range.gpa() + range.length());
        }
        return (end + (1 << PAGE_SHIFT) - 1) >>> PAGE_SHIFT;
    }

    /** A page that is private now and was shared, or the other way, has to be sent again. */
    private void statusChanged(List<GfnRange> changed) {
        for (GfnRange range : changed) {
            long end = range.end() << PAGE_SHIFT;
            for (long gpa = range.start() << PAGE_SHIFT; gpa < end; ) {
                MemoryRange there = space.find(gpa);
                if (there == null) {
                    gpa += 1 << PAGE_SHIFT;
                    continue;
                }
                long length = Math.min(there.length(), end - gpa);
                there.block().dirtyLog().mark(there.offset(), length);
                gpa += length;
            }
        }
    }

    // Launch.

    /**
     * LAUNCH_UPDATE_DATA: measures what is in memory. RAM is encrypted where it is; ROM and flash
     * are measured only.
     *
     * @param gpa a multiple of 16, as is {@code length}
     */
    public void launchUpdate(long gpa, long length) throws SevException {
        for (long done = 0; done < length; done += PIECE) {
            int part = (int) Math.min(PIECE, length - done);
            platform.firmware().launchUpdateData(handle, gpa + done, part);
        }
    }

    /** LAUNCH_UPDATE_DATA of every page of RAM that is not zero, in ascending order. */
    public void launchUpdateImages() throws SevException {
        for (MemoryRange range : space.memory()) {
            if (SevGuestMemory.encrypted(range)) {
                for (LoadedPages.Run run : LoadedPages.of(range)) {
                    launchUpdate(run.gpa(), run.length());
                }
            }
        }
    }

    /** LAUNCH_MEASURE. */
    public void launchMeasure() throws SevException {
        measurement = platform.firmware().launchMeasure(handle, MEASUREMENT_BYTES);
    }

    /**
     * LAUNCH_SECRET, QMP's {@code sev-inject-launch-secret}.
     *
     * @param header 52 bytes
     * @param secret as the owner encrypted it
     * @param gpa where it goes
     */
    public void injectSecret(byte[] header, byte[] secret, long gpa) throws SevException {
        platform.firmware().launchSecret(handle, header, secret, gpa, secret.length);
    }

    /** LAUNCH_FINISH. */
    public void launchFinish() throws SevException {
        platform.firmware().launchFinish(handle);
        memory.launched();
    }

    // What the machine needs.

    /** CPUID, registers, hypercalls. */
    public GuestProtocol protocol() {
        return protocol;
    }

    /** The bit that makes a page table entry's page private. */
    public long cBit() {
        return config.cpuid().mask();
    }

    /** The machine was reset: all pages count as private, and the guest has said nothing. */
    public void reset() {
        protocol.reset();
    }

    /** The processor that has the guest. */
    public SecureProcessor firmware() {
        return platform.firmware();
    }

    /** The guest's handle; 0 if it was not received yet. */
    public int handle() {
        return handle;
    }

    /** Its memory as the firmware works on it. */
    public GuestMemory memory() {
        return memory;
    }

    /** Why the guest may not be migrated now. */
    public Optional<String> migrationBlocker() {
        if (config.policy().has(GuestPolicy.Flag.NOSEND)) {
            return Optional.of(
                    "the guest's policy " + config.policy() + " forbids migration (NOSEND)");
        }
        return protocol.migrationBlocker();
    }

    // What may be asked.

    /** QMP's {@code query-sev}. */
    public SevInfo info() throws SevException {
        FirmwareVersion version = platform.firmware().platformStatus().version();
        GuestState state = platform.firmware().guestStatus(handle).state();
        return new SevInfo(
                true,
                version.apiMajor(),
                version.apiMinor(),
                version.build(),
                Integer.toUnsignedLong(config.policy().value()),
                switch (state) {
                    case UNINIT -> "uninit";
                    case LAUNCH_UPDATE -> "launch-update";
                    case LAUNCH_SECRET -> "launch-secret";
                    // QEMU has no name of its own for a guest that has left.
                    case RUNNING, SENT -> "running";
                    case SEND_UPDATE -> "send-update";
                    case RECEIVE_UPDATE -> "receive-update";
                },
                handle);
    }

    /** QMP's {@code query-sev-launch-measure}; nothing before it was measured. */
    public Optional<SevLaunchMeasure> measure() {
        byte[] measured = measurement;
        return measured == null
                ? Optional.empty()
                : Optional.of(new SevLaunchMeasure(base64(measured)));
    }

    /** QMP's {@code query-sev-capabilities}. */
    public SevCapabilities capabilities() throws SevException {
        PdhExport export = platform.firmware().pdhCertExport(PDH_BYTES, PlatformChain.BYTES);
        return new SevCapabilities(
                base64(export.pdh().bytes()),
                base64(export.chain().bytes()),
                base64(platform.firmware().getId(ID_BYTES)),
                config.cpuid().cBit(),
                config.cpuid().reducedPhysBits());
    }

    /** A debugger's view of memory, as far as the policy allows one. */
    public SevDebugger debugger() {
        return new SevDebugger(space, engine(), protocol.regions(), config.policy());
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    /** Ends the guest: zeroes what is left of its plaintext, and its keys. No vCPU may run. */
    @Override
    public void close() {
        if (plaintext != null) {
            plaintext.close();
            plaintext = null;
        }
        if (handle == 0) {
            return;
        }
        try {
            platform.end(handle);
        } catch (SevException e) {
            if (e.status() != FirmwareStatus.INVALID_PLATFORM_STATE
                    && e.status() != FirmwareStatus.INVALID_GUEST) {
                throw new IllegalStateException("a guest that ran cannot be ended", e);
            }
            // The platform was shut down before, and with it the guest.
        } finally {
            handle = 0;
        }
    }
}
