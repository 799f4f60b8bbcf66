package dev.ferry.vmm.efi;

import java.util.Arrays;
import java.util.Objects;

/**
 * A variable of UEFI firmware: a vendor's GUID, a name, and what it holds. Immutable.
 *
 * <p>Attributes: bit 0 NON_VOLATILE, 1 BOOTSERVICE_ACCESS, 2 RUNTIME_ACCESS, 3
 * HARDWARE_ERROR_RECORD, 4 AUTHENTICATED_WRITE_ACCESS, 5 TIME_BASED_AUTHENTICATED_WRITE_ACCESS, 6
 * APPEND_WRITE.
 */
public final class EfiVariable {

    /** Kept over a reset, for firmware and operating system to read: the usual attributes. */
    public static final int NON_VOLATILE_RUNTIME = 7;

    private final EfiGuid vendor;
    private final String name;
    private final int attributes;
    private final byte[] data;
    private final long count;
    private final EfiTime time;
    private final int publicKey;

    /** A variable without authentication. */
    public EfiVariable(EfiGuid vendor, String name, int attributes, byte[] data) {
        this(vendor, name, attributes, data, 0, EfiTime.NONE, 0);
    }

    /**
     * A variable.
     *
     * @param name at least one character, none of them 0
     * @param data copied
     * @param count the monotonic count of authenticated writes
     * @param time of the last write that a time authenticated
     * @param publicKey index of a key, as EDK2 had it until 2015
     */
    public EfiVariable(
            EfiGuid vendor,
            String name,
            int attributes,
            byte[] data,
            long count,
            EfiTime time,
            int publicKey) {
        if (name.isEmpty() || name.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a variable's name has characters, none of them 0");
        }
        this.vendor = vendor;
        this.name = name;
        this.attributes = attributes;
        this.data = data.clone();
        this.count = count;
        this.time = time;
        this.publicKey = publicKey;
    }

    /** Whose variable it is: part of its name, so to speak. */
    public EfiGuid vendor() {
        return vendor;
    }

    public String name() {
        return name;
    }

    public int attributes() {
        return attributes;
    }

    /** What it holds; a copy. */
    public byte[] data() {
        return data.clone();
    }

    /** The monotonic count of authenticated writes. */
    public long count() {
        return count;
    }

    /** When it was written last, for those whose writes a time authenticates. */
    public EfiTime time() {
        return time;
    }

    /** Index of a key, as EDK2 had it until 2015. */
    public int publicKey() {
        return publicKey;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EfiVariable that
                && vendor.equals(that.vendor)
                && name.equals(that.name)
                && attributes == that.attributes
                && Arrays.equals(data, that.data)
                && count == that.count
                && time.equals(that.time)
                && publicKey == that.publicKey;
    }

    @Override
    public int hashCode() {
        return Objects.hash(vendor, name, attributes, Arrays.hashCode(data));
    }

    /** Such as {@code BootOrder 8be4df61-93ca-11d2-aa0d-00e098032b8c, 6 bytes}. */
    @Override
    public String toString() {
        return name + " " + vendor + ", " + data.length + " bytes";
    }
}
