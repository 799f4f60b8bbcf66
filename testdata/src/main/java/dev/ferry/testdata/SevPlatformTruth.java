package dev.ferry.testdata;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;

/** A software platform that took part in a captured SEV migration. */
public final class SevPlatformTruth {
    private final JsonNode json;

    SevPlatformTruth(JsonNode json) {
        this.json = json;
    }

    /** The firmware's API version, such as {@code 1.51}. */
    public String apiVersion() {
        return json.required("api_version").asText();
    }

    /** The firmware's build number. */
    public int build() {
        return json.required("build").intValue();
    }

    /** The private key of the PDH: a P-384 scalar, 48 bytes, big-endian. */
    public byte[] pdhPrivateKey() {
        return SevFixture.hex(json.required("pdh_private_key"));
    }

    /**
     * A certificate, byte for byte.
     *
     * @param which {@code pdh}, {@code pek}, {@code oca}, {@code cek}, {@code ask} or {@code ark}
     */
    public byte[] certificate(String which) {
        return SevFixture.hex(json.required(which + "_cert"));
    }

    /** PEK, OCA, CEK in this order, as QEMU's sev-plat-cert parameter has them: 6252 bytes. */
    public byte[] platformChain() {
        return joined("pek", "oca", "cek");
    }

    /** ASK, ARK in this order, as QEMU's sev-amd-cert parameter has them. */
    public byte[] amdChain() {
        return joined("ask", "ark");
    }

    /** SHA-384 of the ARK's body, by which a firmware would know it. */
    public byte[] arkSha384() {
        return SevFixture.hex(json.required("ark_sha384"));
    }

    private byte[] joined(String... names) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (String which : names) {
            all.writeBytes(certificate(which));
        }
        return all.toByteArray();
    }
}
