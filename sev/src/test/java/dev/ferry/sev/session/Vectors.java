package dev.ferry.sev.session;

import java.util.HexFormat;

/** Numbers that the tests share; computed with AMD's QEMU fork's firmware model and OpenSSL. */
final class Vectors {
    static final String D_A =
            "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20"
                    + "2122232425262728292a2b2c2d2e2f30";
    static final String D_B =
            "303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f"
                    + "505152535455565758595a5b5c5d5e5f";
    static final String Z =
            "dcd3254423caff749af6d81434a4a45f507896c3e839baead9170781ac212e44"
                    + "fcabc5f64dfa68787a04bd4b61a153a3";
    static final byte[] NONCE = hex("000102030405060708090a0b0c0d0e0f");
    static final byte[] TEK = hex("101112131415161718191a1b1c1d1e1f");
    static final byte[] TIK = hex("202122232425262728292a2b2c2d2e2f");
    static final byte[] WRAP_IV = hex("303132333435363738393a3b3c3d3e3f");

    private Vectors() {}

    static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits);
    }

    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
