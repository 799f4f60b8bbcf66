package dev.ferry.stream.vmstate;

/**
 * What a description says about one section.
 *
 * @param name the section's name (idstr)
 * @param instance instance id, u32
 * @param layout the body's shape
 * @param oldStyle whether the device writes its bytes itself and is described as one buffer; the
 *     layout then has the section's name and version 0
 */
public record DeviceDescription(
        String name, long instance, VmStateLayout layout, boolean oldStyle) {}
