package dev.ferry.vmm.efi;

import dev.ferry.stream.LimitExceededException;
import dev.ferry.stream.MalformedStreamException;
import java.util.Optional;

/**
 * The variable {@code SevLiveMigrationEnabled}, one byte: firmware that keeps the list of shared
 * regions up to date says so, and the kernel that it starts then tells the host that the guest may
 * be migrated. Source: EDK2 OvmfPkg AmdSevDxe; Linux arch/x86/kernel/kvm.c.
 */
public final class SevLiveMigration {

    /** {@code gAmdSevMemEncryptGuid}, whose variable it is. */
    public static final EfiGuid VENDOR = EfiGuid.of("0cf29b71-9e51-433a-a3b7-81f3ab16b875");

    /** Its name. */
    public static final String NAME = "SevLiveMigrationEnabled";

    private SevLiveMigration() {}

    /**
     * What the variable says; nothing if there is none.
     *
     * @throws MalformedStreamException if it has not one byte
     */
    public static Optional<Boolean> enabled(VariableStore store) throws MalformedStreamException {
        Optional<EfiVariable> variable = store.get(VENDOR, NAME);
        if (variable.isEmpty()) {
            return Optional.empty();
        }
        byte[] data = variable.get().data();
        if (data.length != 1) {
            throw store.malformed(
                    "variable 'SevLiveMigrationEnabled'", "1 byte", data.length + " bytes");
        }
        return Optional.of(data[0] != 0);
    }

    /** Sets it. */
    public static void set(VariableStore store, boolean enabled)
            throws MalformedStreamException, LimitExceededException {
        store.set(
                new EfiVariable(
                        VENDOR,
                        NAME,
                        EfiVariable.NON_VOLATILE_RUNTIME,
                        new byte[] {(byte) (enabled ? 1 : 0)}));
    }
}
