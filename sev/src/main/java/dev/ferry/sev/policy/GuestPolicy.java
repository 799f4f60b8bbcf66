package dev.ferry.sev.policy;

import java.util.ArrayList;
import java.util.List;

/**
 * What may be done with a guest, fixed at its launch.
 *
 * <pre>
 *  bit 0      NODBG   no DBG_DECRYPT, DBG_ENCRYPT
 *      1      NOKS    the key is not shared with another guest
 *      2      ES      SEV-ES is required
 *      3      NOSEND  the guest stays on its platform
 *      4      DOMAIN  only to a platform of the same owner
 *      5      SEV     only to a platform that AMD vouches for
 *      6-15   reserved, 0
 *      16-23  API major   the least firmware version
 *      24-31  API minor
 * </pre>
 *
 * A number of 32 bits: big-endian in a migration stream, little-endian in everything the firmware
 * authenticates. Source: SEV API, chapter Guest Policy Structure.
 *
 * @param value the word
 */
public record GuestPolicy(int value) {

    /** A bit that forbids or demands something. */
    public enum Flag {
        NODBG(0),
        NOKS(1),
        ES(2),
        NOSEND(3),
        DOMAIN(4),
        SEV(5);

        private final int mask;

        Flag(int bit) {
            this.mask = 1 << bit;
        }

        /** The bit's value in the word. */
        public int mask() {
            return mask;
        }
    }

    private static final int RESERVED = 0xffc0;

    /** Whether a flag is set. */
    public boolean has(Flag flag) {
        return (value & flag.mask()) != 0;
    }

    /** The flags that are set, in the order of their bits. */
    public List<Flag> flags() {
        List<Flag> set = new ArrayList<>();
        for (Flag flag : Flag.values()) {
            if (has(flag)) {
                set.add(flag);
            }
        }
        return List.copyOf(set);
    }

    /** The reserved bits, in their places; 0 in a valid policy. */
    public int reserved() {
        return value & RESERVED;
    }

    /** Major number of the least API version. */
    public int apiMajor() {
        return value >>> 16 & 0xff;
    }

    /** Minor number of the least API version. */
    public int apiMinor() {
        return value >>> 24;
    }

    /** Whether firmware of that API version may run the guest. */
    public boolean allows(int major, int minor) {
        return major > apiMajor() || (major == apiMajor() && minor >= apiMinor());
    }

    /** Such as {@code 0x37010031}. */
    @Override
    public String toString() {
        return "0x" + Integer.toHexString(value);
    }
}
