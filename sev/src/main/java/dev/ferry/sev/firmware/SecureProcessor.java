package dev.ferry.sev.firmware;

import dev.ferry.sev.SevException;
import dev.ferry.sev.cert.AmdChain;
import dev.ferry.sev.cert.PlatformChain;
import dev.ferry.sev.cert.SevCertificate;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;

/**
 * A secure processor in software: SEV's firmware with one platform's keys, and the guests it has.
 *
 * <p>One method is one command. It either does all of it, or throws {@link SevException} with the
 * number the firmware answers and changes nothing; no other exception comes of what a command is
 * given. Commands check in the firmware's order, so of several faults the same one is told. Which
 * command is legal when, {@link Command} says.
 *
 * <p>For many threads. SEND_UPDATE_* and RECEIVE_UPDATE_* of one guest run side by side, as many as
 * there are cores, and leave a few hundred bytes of garbage each, whatever their length; all others
 * take turns.
 *
 * <p>Private pages are ciphertext in {@link GuestMemory}. What reads and writes them in the clear,
 * a vCPU's memory controller, asks {@link #memoryEncryption} for the guest's engine, as on a chip
 * the controller has the key in the slot of the ASID.
 *
 * <p>Not modelled: SNP, SWAP_OUT and SWAP_IN, COPY, ring buffers, DOWNLOAD_FIRMWARE; the checksum
 * that hardware keeps of a SEV-ES vCPU's saved state; several sockets. Source: SEV API; AMD
 * firmware sev_mcmd.c.
 */
public final class SecureProcessor implements AutoCloseable {
    private final Platform platform;
    private final PlatformCommands platforms;
    private final ActivationCommands activation;
    private final LaunchCommands launch;
    private final SendCommands send;
    private final ReceiveCommands receive;
    private final DebugCommands debug;
    private final ManifestCommands manifest;

    private SecureProcessor(Platform platform) {
        this.platform = platform;
        this.platforms = new PlatformCommands(platform);
        this.activation = new ActivationCommands(platform);
        this.launch = new LaunchCommands(platform);
        this.send = new SendCommands(platform);
        this.receive = new ReceiveCommands(platform);
        this.debug = new DebugCommands(platform);
        this.manifest = new ManifestCommands(platform);
    }

    /** A platform whose new keys are forgotten with it; in state UNINIT. Its keys are copied. */
    public static SecureProcessor of(PlatformFile platform, SecureRandom random) {
        return new SecureProcessor(
                new Platform(platform.identity().copy(), PlatformStore.NONE, random));
    }

    /**
     * The platform of a file, which takes every new key; in state UNINIT.
     *
     * @throws SevException SECURE_DATA_INVALID if the file is no platform's
     */
    public static SecureProcessor load(Path file, SecureRandom random)
            throws IOException, SevException {
        PlatformFile platform = PlatformFile.read(file);
        return new SecureProcessor(new Platform(platform.identity(), new FileStore(file), random));
    }

    // What concerns the platform.

    /** INIT: makes the keys that are missing, and makes every ASID need DF_FLUSH. */
    public void init(InitParameters parameters) throws SevException {
        platforms.init(parameters);
    }

    /** SHUTDOWN: ends every guest. Legal always. */
    public void shutdown() {
        platforms.shutdown();
    }

    /** FACTORY_RESET (PLATFORM_RESET): forgets the owner and all keys but the chip's. */
    public void factoryReset() throws SevException {
        platforms.factoryReset();
    }

    /** PLATFORM_STATUS. Legal always. */
    public PlatformStatus platformStatus() {
        return platforms.platformStatus();
    }

    /** PEK_GEN: a new OCA, PEK and PDH; the platform owns itself again. */
    public void pekGen() throws SevException {
        platforms.pekGen();
    }

    /**
     * PEK_CSR: the PEK's certificate without signatures, for the owner to sign.
     *
     * @param room bytes there are for it
     * @throws LengthException if they are too few
     */
    public SevCertificate pekCsr(int room) throws SevException {
        return platforms.pekCsr(room);
    }

    /** PEK_CERT_IMPORT: what the owner made of PEK_CSR, and the owner's certificate. */
    public void pekCertImport(byte[] pek, byte[] oca) throws SevException {
        platforms.pekCertImport(pek, oca);
    }

    /**
     * PDH_CERT_EXPORT.
     *
     * @throws LengthException if there is too little room for one or the other
     */
    public PdhExport pdhCertExport(int pdhRoom, int chainRoom) throws SevException {
        return platforms.pdhCertExport(pdhRoom, chainRoom);
    }

    /** PDH_GEN: a new PDH. */
    public void pdhGen() throws SevException {
        platforms.pdhGen();
    }

    /**
     * GET_ID: what AMD's key service knows the chip by, 64 bytes. Legal always.
     *
     * @throws LengthException if there is too little room
     */
    public byte[] getId(int room) throws SevException {
        return platforms.getId(room);
    }

    /**
     * PEK, OCA, CEK, the last with the ASK's signature: what PDH_CERT_EXPORT and AMD's key service
     * give together, and what a sender whose guest's policy says SEV wants.
     */
    public PlatformChain endorsedChain() throws SevException {
        synchronized (platform) {
            return platform.identity().endorsedChain();
        }
    }

    /** ASK and ARK, as AMD publishes them. */
    public AmdChain amdChain() {
        synchronized (platform) {
            return platform.identity().root().chain();
        }
    }

    // What concerns any guest.

    /** Tells that WBINVD was executed on all cores; an instruction, no command. */
    public void wbinvd() {
        activation.wbinvd();
    }

    /** DF_FLUSH: makes ASIDs usable again. Legal always. */
    public void dfFlush() throws SevException {
        activation.dfFlush();
    }

    /** ACTIVATE: binds the guest to an ASID. */
    public void activate(int handle, int asid) throws SevException {
        activation.activate(handle, asid);
    }

    /** DEACTIVATE: takes the ASID away. */
    public void deactivate(int handle) throws SevException {
        activation.deactivate(handle);
    }

    /** DECOMMISSION: ends a guest that has no ASID. */
    public void decommission(int handle) throws SevException {
        activation.decommission(handle);
    }

    /** GUEST_STATUS; a handle that names no guest is in state UNINIT. */
    public GuestStatus guestStatus(int handle) throws SevException {
        return activation.guestStatus(handle);
    }

    /**
     * The engine of the guest that has an ASID: the wire between firmware and memory controller.
     * Valid until the guest is deactivated or ended.
     */
    public Optional<MemoryEncryption> memoryEncryption(int asid) {
        return activation.memoryEncryption(asid);
    }

    // Launch.

    /**
     * LAUNCH_START.
     *
     * @return the new guest's handle
     */
    public int launchStart(LaunchStart start) throws SevException {
        return launch.launchStart(start);
    }

    /**
     * LAUNCH_UPDATE_DATA: measures plain memory and encrypts it in its place.
     *
     * @param length a positive multiple of 16
     */
    public void launchUpdateData(int handle, long address, int length) throws SevException {
        launch.launchUpdateData(handle, address, length);
    }

    /** LAUNCH_UPDATE_VMSA: the same of a vCPU's state, 4096 bytes. */
    public void launchUpdateVmsa(int handle, long address, int length) throws SevException {
        launch.launchUpdateVmsa(handle, address, length);
    }

    /**
     * LAUNCH_MEASURE: measurement, 32 bytes, and its nonce, 16.
     *
     * @throws LengthException if there is too little room
     */
    public byte[] launchMeasure(int handle, int room) throws SevException {
        return launch.launchMeasure(handle, room);
    }

    /**
     * LAUNCH_SECRET: puts what the owner sealed into the guest's memory.
     *
     * @param header the packet header, 52 bytes
     * @param data the packet's data: a multiple of 16 bytes, at most 0x5000
     * @param address a multiple of 16
     * @param length of the memory, the same as the data's
     */
    public void launchSecret(int handle, byte[] header, byte[] data, long address, int length)
            throws SevException {
        launch.launchSecret(handle, header, data, address, length);
    }

    /** LAUNCH_FINISH: the guest may run; the transport keys are erased. */
    public void launchFinish(int handle) throws SevException {
        launch.launchFinish(handle);
    }

    /**
     * ATTESTATION: how the guest was launched, signed; 208 bytes.
     *
     * @param nonce 16 bytes
     * @throws LengthException if there is too little room
     */
    public byte[] attestation(int handle, byte[] nonce, int room) throws SevException {
        return launch.attestation(handle, nonce, room);
    }

    // Leaving.

    /**
     * SEND_START.
     *
     * @throws LengthException if the session's length is not 128
     */
    public SendSession sendStart(SendStart start) throws SevException {
        return send.sendStart(start);
    }

    /**
     * SEND_UPDATE_DATA: private memory as a packet.
     *
     * @param length a multiple of 16, at most 0x5000
     * @param packet takes it
     * @throws LengthException if there is too little room for the header
     */
    public void sendUpdateData(int handle, long address, int length, PacketBuffer packet)
            throws SevException {
        send.sendUpdateData(handle, address, length, packet);
    }

    /**
     * SEND_UPDATE_VMSA: the same of a vCPU's state. As in AMD's firmware its MAC has the context of
     * data, not the one that the API document names.
     */
    public void sendUpdateVmsa(int handle, long address, int length, PacketBuffer packet)
            throws SevException {
        send.sendUpdateVmsa(handle, address, length, packet);
    }

    /** SEND_FINISH: the guest lives elsewhere now; the transport keys are erased. */
    public void sendFinish(int handle) throws SevException {
        send.sendFinish(handle);
    }

    /** SEND_CANCEL: the guest stays; the transport keys are erased. */
    public void sendCancel(int handle) throws SevException {
        send.sendCancel(handle);
    }

    // Arriving.

    /**
     * RECEIVE_START.
     *
     * @return the new guest's handle
     */
    public int receiveStart(ReceiveStart start) throws SevException {
        return receive.receiveStart(start);
    }

    /**
     * RECEIVE_UPDATE_DATA: a packet into private memory.
     *
     * @param length of the packet's data, and of the memory
     */
    public void receiveUpdateData(int handle, long address, int length, PacketBuffer packet)
            throws SevException {
        receive.receiveUpdateData(handle, address, length, packet);
    }

    /** RECEIVE_UPDATE_VMSA: the same of a vCPU's state. */
    public void receiveUpdateVmsa(int handle, long address, int length, PacketBuffer packet)
            throws SevException {
        receive.receiveUpdateVmsa(handle, address, length, packet);
    }

    /** RECEIVE_FINISH: the guest may run; the transport keys are erased. */
    public void receiveFinish(int handle) throws SevException {
        receive.receiveFinish(handle);
    }

    // What AMD's firmware does not have.

    /**
     * Ferry's own: the MAC of a guest that is being sent over all of its packets, see {@link
     * dev.ferry.sev.session.ManifestMac}.
     *
     * @param packets how many
     * @param digest 32 bytes
     */
    public byte[] manifestMac(int handle, long packets, byte[] digest) throws SevException {
        return manifest.mac(handle, packets, digest);
    }

    /**
     * Ferry's own: whether a guest that is being received has that MAC.
     *
     * @throws SevException BAD_MEASUREMENT if not
     */
    public void checkManifest(int handle, long packets, byte[] digest, byte[] mac)
            throws SevException {
        manifest.check(handle, packets, digest, mac);
    }

    // Looking inside.

    /**
     * DBG_DECRYPT: private memory in the clear.
     *
     * @param address a multiple of 16
     * @param at where in the host's array, a multiple of 16
     * @param length a multiple of 16
     */
    public void dbgDecrypt(int handle, long address, byte[] into, int at, int length)
            throws SevException {
        debug.dbgDecrypt(handle, address, into, at, length);
    }

    /** DBG_ENCRYPT: the other way. */
    public void dbgEncrypt(int handle, long address, byte[] from, int at, int length)
            throws SevException {
        debug.dbgEncrypt(handle, address, from, at, length);
    }

    /** Whether transport keys are held for a guest. */
    boolean hasChannel(int handle) {
        Guest guest = platform.guests().find(handle);
        return guest != null && guest.hasChannel();
    }

    /** Ends every guest and erases all private keys. */
    @Override
    public void close() {
        platforms.close();
    }

    /** Tells no key. */
    @Override
    public String toString() {
        return "secure processor, API " + platform.version() + ", " + platform.state();
    }
}
