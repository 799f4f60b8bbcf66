package dev.ferry.vmm.device;

import dev.ferry.stream.vmstate.VmStateLayout;

/**
 * A device's state, ready for a stream.
 *
 * @param name idstr, with its bus path
 * @param instance instance id, from 0
 * @param version of the section
 * @param layout what the body looks like
 * @param body its bytes, without head and footer; not to be changed
 * @param oldStyle whether the device wrote its bytes itself and is described as one buffer
 */
@SuppressWarnings("ArrayRecordComponent") // a hand-over, never compared
public record DeviceSection(
        String name,
        long instance,
        long version,
        VmStateLayout layout,
        byte[] body,
        boolean oldStyle) {}
