package dev.ferry.sev.packet;

import dev.ferry.sev.session.TransportKeys;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Packets whose every byte is known, computed once with OpenSSL and with the firmware's own rules:
 * TEK 10 11 .. 1f, TIK 20 21 .. 2f.
 */
final class PacketVectors {

    static final byte[] IV = ascending(0x40, 16);
    static final String HEADER =
            "00000000404142434445464748494a4b4c4d4e4f"
                    + "ec4628c644018a8936734c7a9396a24afe570130b32554319a942eeea70a9c4c";
    static final String CT_SHA256 =
            "d2cbec03dfaf53ea17c734bbe1eb6cf7c731123039d3dbdda2de890682f27c4f";
    static final String VMSA_MAC =
            "d3bbca7e000d6198e36202a1318cfe33cbfb98d341e1f617c1ca7a490c81a816";

    private PacketVectors() {}

    static TransportKeys keys() {
        return TransportKeys.of(ascending(0x10, 16), ascending(0x20, 16));
    }

    static byte[] page() {
        byte[] page = new byte[4096];
        for (int i = 0; i < page.length; i++) {
            page[i] = (byte) (7 * i + 3);
        }
        return page;
    }

    static byte[] ascending(int first, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (first + i);
        }
        return bytes;
    }

    static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    static String sha256(byte[] bytes) {
        try {
            return hex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
