package dev.ferry.tools.inspect;

import dev.ferry.stream.StreamException;
import dev.ferry.vmm.efi.SevLiveMigration;
import dev.ferry.vmm.efi.VariableStore;
import org.jspecify.annotations.Nullable;

/**
 * What a flash block holds of UEFI firmware's variables.
 *
 * @param block the flash
 * @param count how many variables; -1 if the store cannot be read
 * @param sevLiveMigration what {@code SevLiveMigrationEnabled} says; null if there is none
 * @param damage why something cannot be read; else empty
 */
record UefiVariables(String block, int count, @Nullable Boolean sevLiveMigration, String damage) {

    static UefiVariables of(String block, byte[] flash) {
        int count = -1;
        try {
            VariableStore store = VariableStore.parse(flash, block);
            count = store.variables().size();
            return new UefiVariables(
                    block, count, SevLiveMigration.enabled(store).orElse(null), "");
        } catch (StreamException e) {
            return new UefiVariables(block, count, null, e.problem() + " (" + e.at() + ")");
        }
    }

    /** Such as {@code 3 variables in system.flash1, SevLiveMigrationEnabled is 1}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        if (count >= 0) {
            text.append(count).append(count == 1 ? " variable in " : " variables in ");
        }
        text.append(block);
        if (sevLiveMigration != null) {
            text.append(", ")
                    .append(SevLiveMigration.NAME)
                    .append(sevLiveMigration ? " is set" : " is 0");
        }
        if (!damage.isEmpty()) {
            text.append(", damaged: ").append(damage);
        }
        return text.toString();
    }
}
