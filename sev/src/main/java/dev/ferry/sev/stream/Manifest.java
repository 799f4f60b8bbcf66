package dev.ferry.sev.stream;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * What a Ferry sender tells about all of its packets, so that none can be moved to another page,
 * sent twice, left out or reordered on the way: their own MACs do not cover that.
 *
 * <p>It travels in the JSON that describes a stream's devices, which comes last and which every
 * QEMU passes over by its length:
 *
 * <pre>
 *  "ferrySevManifest": {"version": 1, "packets": 128, "digest": "64 hex digits", "mac": "64"}
 * </pre>
 *
 * A stream without a description gets one that has nothing else in it.
 */
public final class Manifest {

    private static final String KEY = "ferrySevManifest";
    private static final int VERSION = 1;
    private static final int HASH = 32;
    private static final JsonFactory JSON = new JsonFactory();

    private final long packets;
    private final byte[] digest;
    private final byte[] mac;

    /**
     * @param packets how many there are
     * @param digest of a {@link ManifestDigest}
     * @param mac of the session, see {@link dev.ferry.sev.session.ManifestMac}
     */
    public Manifest(long packets, byte[] digest, byte[] mac) {
        if (packets < 0 || digest.length != HASH || mac.length != HASH) {
            throw new IllegalArgumentException("digest and MAC have 32 bytes each");
        }
        this.packets = packets;
        this.digest = digest.clone();
        this.mac = mac.clone();
    }

    /** How many packets there are. */
    public long packets() {
        return packets;
    }

    /** Of a {@link ManifestDigest}: a copy. */
    public byte[] digest() {
        return digest.clone();
    }

    /** The session's MAC over number and digest: a copy. */
    public byte[] mac() {
        return mac.clone();
    }

    /**
     * The description with the manifest in it, as the last of the outermost object's values.
     *
     * @param description a stream's JSON, or nothing
     * @throws IllegalArgumentException if it does not end in the brace of an object
     */
    public byte[] into(byte[] description) {
        int end = description.length;
        while (end > 0 && description[end - 1] <= ' ') {
            end--;
        }
        boolean only = end == 0;
        if (!only && description[end - 1] != '}') {
            throw new IllegalArgumentException("the description does not end in '}'");
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(description.length + 256);
        if (only) {
            out.write('{');
        } else {
            int last = end - 1;
            out.write(description, 0, last);
            while (last > 0 && description[last - 1] <= ' ') {
                last--;
            }
            if (last > 0 && description[last - 1] != '{') {
                out.writeBytes(ascii(", "));
            }
        }
        HexFormat hex = HexFormat.of();
        out.writeBytes(
                ascii(
                        "\""
                                + KEY
                                + "\": {\"version\": "
                                + VERSION
                                + ", \"packets\": "
                                + packets
                                + ", \"digest\": \""
                                + hex.formatHex(digest)
                                + "\", \"mac\": \""
                                + hex.formatHex(mac)
                                + "\"}}"));
        return out.toByteArray();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * The manifest in a description.
     *
     * @return null if there is none
     * @throws IOException if the JSON is none, or there is a manifest that is not as described
     *     here; the message says what is expected
     */
    public static @Nullable Manifest find(byte[] description) throws IOException {
        if (description.length == 0) {
            return null;
        }
        try (JsonParser json = JSON.createParser(description)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return null;
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                boolean found = json.currentName().equals(KEY);
                json.nextToken();
                if (found) {
                    return read(json);
                }
                json.skipChildren();
            }
            return null;
        }
    }

    private static Manifest read(JsonParser json) throws IOException {
        long version = -1;
        long packets = -1;
        byte[] digest = {};
        byte[] mac = {};
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw new IOException("SEV manifest: expected an object");
        }
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            json.nextToken();
            switch (name) {
                case "version" -> version = number(json, name);
                case "packets" -> packets = number(json, name);
                case "digest" -> digest = hash(json, name);
                case "mac" -> mac = hash(json, name);
                default -> json.skipChildren();
            }
        }
        if (version != VERSION) {
            throw new IOException("SEV manifest: expected version 1, found " + version);
        }
        if (packets < 0 || digest.length != HASH || mac.length != HASH) {
            throw new IOException("SEV manifest: expected packets, digest and mac");
        }
        return new Manifest(packets, digest, mac);
    }

    private static long number(JsonParser json, String name) throws IOException {
        if (json.currentToken() != JsonToken.VALUE_NUMBER_INT) {
            throw new IOException("SEV manifest: " + name + ": expected a number");
        }
        return json.getLongValue();
    }

    private static byte[] hash(JsonParser json, String name) throws IOException {
        String text = json.currentToken() == JsonToken.VALUE_STRING ? json.getText() : "";
        try {
            byte[] bytes = HexFormat.of().parseHex(text);
            if (bytes.length == HASH) {
                return bytes;
            }
        } catch (IllegalArgumentException e) {
            throw new IOException("SEV manifest: " + name + ": expected 64 hexadecimal digits", e);
        }
        throw new IOException("SEV manifest: " + name + ": expected 64 hexadecimal digits");
    }
}
