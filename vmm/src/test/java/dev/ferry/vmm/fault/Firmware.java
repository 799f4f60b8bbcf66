package dev.ferry.vmm.fault;

import java.io.ByteArrayOutputStream;

/** A 64 KiB ROM with a few instructions in it, which begin in real mode or in flat 32-bit code. */
final class Firmware {

    /** Where isa-debug-exit is; a store of n ends the machine with status 2n + 1. */
    static final int EXIT_PORT = 0xf4;

    /** Code, as guests see it at the top of 4 GiB. */
    static final long REAL_CODE = 0xffff0000L;

    static final long FLAT_CODE = 0xffff0100L;

    private static final int BYTES = 0x10000;
    private static final int ENTRY = 0xfff0;
    private static final int TABLES = 0x80;

    private final byte[] image = new byte[BYTES];

    private Firmware() {
        java.util.Arrays.fill(image, (byte) 0xf4); // hlt
    }

    /** Real mode at f000:0000, with the base of CS still at the top of 4 GiB. */
    static byte[] real(int... code) {
        Firmware firmware = new Firmware();
        firmware.put(0, code);
        firmware.put(ENTRY, 0xe9, 0x0d, 0x00); // jmp 0
        return firmware.image;
    }

    /** Flat 32-bit protected mode with interrupts off and all segments loaded. */
    static byte[] flat(int... code) {
        Firmware firmware = new Firmware();
        firmware.put(ENTRY, 0xe9, 0x0d, 0x00);
        firmware.put(
                0, 0xfa, // cli
                0x66, 0x2e, 0x0f, 0x01, 0x16, TABLES, 0, // o32 lgdt [cs:TABLES]
                0x0f, 0x20, 0xc0, // mov eax, cr0
                0x0c, 0x01, // or al, 1
                0x0f, 0x22, 0xc0, // mov cr0, eax
                0x66, 0xea, 0x40, 0x00, 0xff, 0xff, 0x08, 0x00); // jmp dword 8:0xffff0040
        firmware.put(
                0x40, 0xb8, 0x10, 0, 0, 0, // mov eax, 16
                0x8e, 0xd8, 0x8e, 0xc0, 0x8e, 0xd0, // mov ds, es, ss
                0xe9, 0xb0, 0, 0, 0); // jmp 0xffff0100
        // The descriptors are marked as accessed, as a processor cannot do in a ROM.
        firmware.put(TABLES, 0x17, 0, 0x90, 0x00, 0xff, 0xff);
        firmware.put(TABLES + 0x18, 0xff, 0xff, 0, 0, 0, 0x9b, 0xcf, 0);
        firmware.put(TABLES + 0x20, 0xff, 0xff, 0, 0, 0, 0x93, 0xcf, 0);
        firmware.put(0x100, code);
        return firmware.image;
    }

    /** Ends the machine with what is in AL: out EXIT_PORT, al; hlt. */
    static int[] exit(int... code) {
        int[] all = java.util.Arrays.copyOf(code, code.length + 3);
        all[code.length] = 0xe6;
        all[code.length + 1] = EXIT_PORT;
        all[code.length + 2] = 0xf4;
        return all;
    }

    /** Little endian. */
    static int[] le32(long value) {
        return new int[] {
            (int) value & 0xff,
            (int) (value >>> 8) & 0xff,
            (int) (value >>> 16) & 0xff,
            (int) (value >>> 24) & 0xff
        };
    }

    /** One after the other. */
    static int[] join(int[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int[] part : parts) {
            for (int each : part) {
                all.write(each);
            }
        }
        byte[] bytes = all.toByteArray();
        int[] joined = new int[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            joined[i] = bytes[i] & 0xff;
        }
        return joined;
    }

    private void put(int at, int... bytes) {
        for (int i = 0; i < bytes.length; i++) {
            image[at + i] = (byte) bytes[i];
        }
    }
}
