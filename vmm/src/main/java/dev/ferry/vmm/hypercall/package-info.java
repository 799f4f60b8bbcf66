/**
 * What a guest and its host say to each other about encryption and migration: CPUID leaves, model
 * specific registers, a hypercall. {@link dev.ferry.vmm.hypercall.GuestProtocol} is all of it for
 * one guest.
 */
@NullMarked
package dev.ferry.vmm.hypercall;

import org.jspecify.annotations.NullMarked;
