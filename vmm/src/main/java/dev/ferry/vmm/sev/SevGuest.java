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
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A SEV guest: its launch, its memory, and what may be asked about it.
 *
 * <pre>
 *  launchStart          LAUNCH_START, ACTIVATE
 *  launchUpdate...      LAUNCH_UPDATE_DATA: firmware and boot images, measured and encrypted
 *  launchMeasure        LAUNCH_MEASURE; the owner may look, and
 *  injectSecret         LAUNCH_SECRET
 *  launchFinish         LAUNCH_FINISH: it may run
 * </pre>
 *
 * {@link #launch} is all of it up to the measurement. A guest that arrives by migration is prepared
 * with {@link #incoming}, and {@link #attach} when RECEIVE_START was given; that and the others are
 * given by who receives it.
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

    private static final long HOLE_END = 1L << 32;

    private static final long RESET_VECTOR = 0xffff_fff0L;

    private static final int PDH_BYTES = 2084;
    private static final int ID_BYTES = 64;
    private static final int MEASUREMENT_BYTES = 48;

    private final SevGuestConfig config;
    private final SevPlatform platform;
    private final GuestProtocol protocol;
    private final long frames;
    private final int maxPlaintext;
    private @Nullable AddressSpace space;
    private @Nullable SevGuestMemory memory;
    private int handle;
    private int asid;
    private @Nullable PlaintextCache plaintext;
    private byte @Nullable [] measurement;

    /**
     * A guest that there is nothing of yet.
     *
     * @param platform open for as long as the guest is
     * @param ramBytes of the machine
     */
    public SevGuest(SevGuestConfig config, SevPlatform platform, long ramBytes) {
        this(config, platform, ramBytes, MAX_PLAINTEXT);
    }

    /**
     * As the other one.
     *
     * @param maxPlaintext most pages of plaintext that are kept
     */
    SevGuest(SevGuestConfig config, SevPlatform platform, long ramBytes, int maxPlaintext) {
        this.config = config;
        this.platform = platform;
        this.maxPlaintext = maxPlaintext;
        // Wherever a board puts RAM: the hole is below 4 GiB, and all that it displaces behind it.
        this.frames = (HOLE_END + ramBytes) >>> PAGE_SHIFT;
        this.protocol =
                GuestProtocol.sev(
                        config.cpuid(),
                        false,
                        frames,
                        MapGpaRange.Arguments.ATTRIBUTES,
                        this::statusChanged);
    }

    /**
     * Everything up to the measurement: LAUNCH_START, LAUNCH_UPDATE_DATA of the firmware and then
     * of what was put into RAM, LAUNCH_MEASURE.
     *
     * @param of with all of its memory mapped, firmware and boot images in it
     * @throws SevException what the firmware refuses, such as a policy or a session
     */
    public void launch(AddressSpace of) throws SevException, IOException {
        launchStart(of);
        launchUpdateFirmware();
        launchUpdateImages();
        launchMeasure();
    }

    /**
     * LAUNCH_START, ACTIVATE.
     *
     * @param of with all of its memory mapped; nothing need be in it yet
     */
    public void launchStart(AddressSpace of) throws SevException, IOException {
        SevGuestMemory launched = new SevGuestMemory(of, this::engine);
        memory = launched;
        LaunchStart start =
                new LaunchStart(config.policy(), 0, config.ownerDh(), config.session(), launched);
        handle = platform.firmware().launchStart(start);
        attach(of, handle, platform.bind(handle));
    }

    /** The memory of a guest that is to be received. */
    public GuestMemory incoming(AddressSpace of) {
        SevGuestMemory received = new SevGuestMemory(of, this::engine);
        received.launched();
        memory = received;
        return received;
    }

    /**
     * Puts a guest's engine between vCPUs and memory.
     *
     * @param ofHandle by LAUNCH_START or RECEIVE_START
     * @param withAsid what it was activated with
     */
    public void attach(AddressSpace of, int ofHandle, int withAsid) throws IOException {
        space = of;
        handle = ofHandle;
        asid = withAsid;
        long pages = 0;
        for (MemoryRange range : of.memory()) {
            pages += SevGuestMemory.encrypted(range) ? range.length() >>> PAGE_SHIFT : 0;
        }
        plaintext =
                new PlaintextCache(
                        engine(),
                        frames,
                        (int) Math.max(1, Math.min(maxPlaintext, pages)),
                        of::dropAddresses);
        of.privateMemory(plaintext);
    }

    private MemoryEncryption engine() {
        return platform.engine(asid);
    }

    private AddressSpace space() {
        return Objects.requireNonNull(space, "no memory yet: launchStart or attach comes first");
    }

    /** A page that is private now and was shared, or the other way, has to be sent again. */
    private void statusChanged(List<GfnRange> changed) {
        AddressSpace of = space;
        if (of == null) {
            return;
        }
        for (GfnRange range : changed) {
            long end = range.end() << PAGE_SHIFT;
            for (long gpa = range.start() << PAGE_SHIFT; gpa < end; ) {
                MemoryRange there = of.find(gpa);
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

    /** LAUNCH_UPDATE_DATA of the whole ROM or flash that the reset vector is in. */
    public void launchUpdateFirmware() throws SevException {
        for (MemoryRange range : space().memory()) {
            if (range.gpa() <= RESET_VECTOR
                    && RESET_VECTOR - range.gpa() < range.length()
                    && !SevGuestMemory.encrypted(range)) {
                launchUpdate(range.gpa(), range.length());
            }
        }
    }

    /** LAUNCH_UPDATE_DATA of every page of RAM that is not zero, in ascending order. */
    public void launchUpdateImages() throws SevException {
        for (MemoryRange range : space().memory()) {
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
        memory().launched();
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
    SevGuestMemory memory() {
        return Objects.requireNonNull(memory, "no memory yet");
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
        return new SevDebugger(space(), engine(), protocol.regions(), config.policy());
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
