package dev.ferry.sev.firmware;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.policy.GuestPolicy;
import java.util.concurrent.locks.StampedLock;
import org.jspecify.annotations.Nullable;

/**
 * One guest's context. Commands that only use its keys hold {@link #lock} for reading, many at
 * once; those that change its state hold it for writing, and the processor's monitor before it.
 */
final class Guest {
    private final int handle;
    private final GuestPolicy policy;
    private final GuestMemory memory;
    private final MemoryKey key;
    private final MemoryEncryption memoryEncryption;
    private final LaunchDigest launch = new LaunchDigest();
    private final StampedLock lock = new StampedLock();

    private GuestState state = GuestState.UNINIT;
    private int asid;
    private @Nullable Channel channel;

    Guest(int handle, GuestPolicy policy, GuestMemory memory, MemoryKey key) {
        this.handle = handle;
        this.policy = policy;
        this.memory = memory;
        this.key = key;
        this.memoryEncryption = key.engine();
    }

    int handle() {
        return handle;
    }

    GuestPolicy policy() {
        return policy;
    }

    /** Whether it is a SEV-ES guest; the platform was asked when it was made. */
    boolean encryptedState() {
        return policy.has(GuestPolicy.Flag.ES);
    }

    GuestMemory memory() {
        return memory;
    }

    MemoryKey key() {
        return key;
    }

    MemoryEncryption memoryEncryption() {
        return memoryEncryption;
    }

    LaunchDigest launch() {
        return launch;
    }

    StampedLock lock() {
        return lock;
    }

    GuestState state() {
        return state;
    }

    /** Goes to where the command leads. */
    void advance(Command command) {
        state = command.next().orElseThrow();
    }

    /** Once the lock is held: whether it was ended while one waited for it. */
    void checkThere(Command command) throws SevException {
        if (state == GuestState.UNINIT) {
            throw GuestTable.missing(command, handle);
        }
    }

    /** 0 if it is not activated. */
    int asid() {
        return asid;
    }

    void bind(int asid) {
        this.asid = asid;
    }

    void checkActive(Command command) throws SevException {
        if (asid == 0) {
            throw new SevException(
                    FirmwareStatus.INACTIVE,
                    command + ": expected guest " + handle + " to have an ASID, found none");
        }
    }

    void checkEncryptedState(Command command) throws SevException {
        if (!encryptedState()) {
            throw new SevException(
                    FirmwareStatus.UNSUPPORTED,
                    command + ": expected a guest with SEV-ES, found policy " + policy);
        }
    }

    void open(Channel opened) {
        channel = opened;
    }

    boolean hasChannel() {
        return channel != null;
    }

    /** The channel; there is one in every state in which a command asks for it. */
    Channel channel() {
        Channel open = channel;
        if (open == null) {
            throw new IllegalStateException("guest " + handle + " has no channel in " + state);
        }
        return open;
    }

    /** Erases the channel's keys. */
    void closeChannel() {
        if (channel != null) {
            channel.close();
            channel = null;
        }
    }

    /** Erases everything; the context is of no use after that. */
    void erase() {
        closeChannel();
        key.close();
        memoryEncryption.close();
        launch.erase();
        asid = 0;
        state = GuestState.UNINIT;
    }

    /** Tells no key. */
    @Override
    public String toString() {
        return "guest " + handle + " (" + state + ")";
    }
}
