/**
 * SEV guests: launch, encrypted memory as vCPUs see it, what a host asks and is told. {@link
 * dev.ferry.vmm.sev.SevGuest} is one guest; the secure processor behind it is {@code
 * dev.ferry.sev.firmware}.
 */
@NullMarked
package dev.ferry.vmm.sev;

import org.jspecify.annotations.NullMarked;
