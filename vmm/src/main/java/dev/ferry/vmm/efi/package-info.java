/**
 * The variable store of UEFI firmware as EDK2 keeps it in flash: a firmware volume with a list of
 * variables, and beside it the working block that makes changes survive a loss of power. All
 * numbers are little-endian. Erased flash is all ones, and every state is a bit that goes to 0.
 *
 * <p>{@link dev.ferry.vmm.efi.VariableStore} is where to start.
 */
@NullMarked
package dev.ferry.vmm.efi;

import org.jspecify.annotations.NullMarked;
