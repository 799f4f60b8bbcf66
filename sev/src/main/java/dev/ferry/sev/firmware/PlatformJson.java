package dev.ferry.sev.firmware;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.ferry.sev.SevException;
import dev.ferry.sev.cert.AmdCertificate;
import dev.ferry.sev.cert.AmdChain;
import dev.ferry.sev.cert.AmdKey;
import dev.ferry.sev.cert.CertificateUsage;
import dev.ferry.sev.cert.P384PrivateKey;
import dev.ferry.sev.cert.SevCertificate;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** The text of a {@link PlatformFile}. */
final class PlatformJson {
    private static final String FORMAT = "ferry-sev-platform";
    private static final int VERSION = 1;

    private PlatformJson() {}

    static byte[] write(PlatformIdentity identity) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = JsonFactory.builder().build().createGenerator(out)) {
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            json.writeStringField("format", FORMAT);
            json.writeNumberField("version", VERSION);
            FirmwareVersion firmware = identity.version();
            json.writeStringField("api", firmware.apiMajor() + "." + firmware.apiMinor());
            json.writeNumberField("build", firmware.build());
            json.writeObjectFieldStart("asids");
            json.writeNumberField("total", identity.asids().total());
            json.writeNumberField("es", identity.asids().encryptedState());
            json.writeEndObject();
            json.writeBooleanField("owned_externally", identity.ownedExternally());
            if (identity.hasOwner()) {
                write(json, "pdh", identity.pdh());
                write(json, "pek", identity.pek());
                write(json, "oca", identity.oca());
            }
            write(json, "cek", identity.cek());
            AmdRoot root = identity.root();
            write(json, "ask", root.chain().ask(), root.askKey());
            write(json, "ark", root.chain().ark(), root.arkKey());
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("an array does not take what is written to it", e);
        } catch (SevException e) {
            throw new IllegalStateException("a platform lost keys it had", e);
        }
        return out.toByteArray();
    }

    private static void write(JsonGenerator json, String name, CertifiedKey certified)
            throws IOException, SevException {
        json.writeObjectFieldStart(name);
        json.writeStringField("certificate", base64(certified.certificate().bytes()));
        if (certified.hasKey()) {
            writeKey(json, certified.key().pkcs8Pem());
        }
        json.writeEndObject();
    }

    private static void write(
            JsonGenerator json, String name, AmdCertificate certificate, @Nullable AmdKey key)
            throws IOException {
        json.writeObjectFieldStart(name);
        json.writeStringField("certificate", base64(certificate.bytes()));
        if (key != null) {
            writeKey(json, key.pkcs8Pem());
        }
        json.writeEndObject();
    }

    private static void writeKey(JsonGenerator json, byte[] pem) throws IOException {
        json.writeStringField("private_key", new String(pem, StandardCharsets.US_ASCII));
        Arrays.fill(pem, (byte) 0);
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    /**
     * @throws SevException SECURE_DATA_INVALID if it is no platform, names its fault
     */
    static PlatformIdentity read(byte[] content) throws SevException {
        FlatJson json = FlatJson.parse(content);
        if (!FORMAT.equals(json.require("format"))) {
            throw FlatJson.malformed("'format': expected '" + FORMAT + "', found another");
        }
        if (json.number("version") != VERSION) {
            throw FlatJson.malformed("'version': expected " + VERSION + ", found another");
        }
        FirmwareVersion version = version(json.require("api"), json.number("build"));
        AsidRange asids = asids(json.number("asids.total"), json.number("asids.es"));
        boolean external = flag(json, "owned_externally");
        CertifiedKey pdh = certified(json, "pdh", CertificateUsage.PDH);
        CertifiedKey pek = certified(json, "pek", CertificateUsage.PEK);
        CertifiedKey oca = certified(json, "oca", CertificateUsage.OCA);
        CertifiedKey cek = certified(json, "cek", CertificateUsage.CEK);
        if (cek == null) {
            throw FlatJson.malformed("'cek' is missing");
        }
        AmdRoot root = root(json);
        json.finish();
        return new PlatformIdentity(version, asids, root, cek, owned(oca, pek, pdh, external));
    }

    private static PlatformIdentity.@Nullable Owned owned(
            @Nullable CertifiedKey oca,
            @Nullable CertifiedKey pek,
            @Nullable CertifiedKey pdh,
            boolean external)
            throws SevException {
        if (oca == null && pek == null && pdh == null) {
            return null;
        }
        if (oca == null || pek == null || pdh == null) {
            throw FlatJson.malformed("'pdh', 'pek', 'oca': expected all or none");
        }
        if (!pdh.hasKey()) {
            throw FlatJson.malformed("'pdh.private_key' is missing");
        }
        return new PlatformIdentity.Owned(oca, pek, pdh, external);
    }

    private static boolean flag(FlatJson json, String path) throws SevException {
        return switch (json.require(path)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw FlatJson.malformed("'" + path + "': expected true or false");
        };
    }

    private static FirmwareVersion version(String api, int build) throws SevException {
        int dot = api.indexOf('.');
        try {
            return FirmwareVersion.of(
                    Integer.parseInt(api, 0, Math.max(dot, 0), 10),
                    Integer.parseInt(api, dot + 1, api.length(), 10),
                    build);
        } catch (NumberFormatException | SevException e) {
            throw FlatJson.malformed("'api', 'build': expected numbers of 0 to 255, as 1.55 and 3");
        }
    }

    private static AsidRange asids(int total, int encryptedState) throws SevException {
        try {
            return AsidRange.of(total, encryptedState);
        } catch (SevException e) {
            throw FlatJson.malformed("'asids': " + e.getMessage());
        }
    }

    private static @Nullable CertifiedKey certified(
            FlatJson json, String name, CertificateUsage usage) throws SevException {
        String certificate = json.take(name + ".certificate");
        String pem = json.take(name + ".private_key");
        if (certificate == null) {
            if (pem != null) {
                throw FlatJson.malformed("'" + name + ".certificate' is missing");
            }
            return null;
        }
        String path = name + ".certificate";
        SevCertificate parsed = parse(path, () -> SevCertificate.parse(bytes(certificate)));
        if (parsed.usageCode() != usage.code()) {
            throw FlatJson.malformed("'" + path + "': expected " + usage + ", found " + parsed);
        }
        if (pem == null) {
            return new CertifiedKey(parsed, null);
        }
        P384PrivateKey key = parse(name + ".private_key", () -> P384PrivateKey.ofPem(ascii(pem)));
        if (!key.belongsTo(parsed)) {
            throw FlatJson.malformed(
                    "'" + name + ".private_key': expected the certificate's, found another");
        }
        return new CertifiedKey(parsed, key);
    }

    private static AmdRoot root(FlatJson json) throws SevException {
        AmdChain chain = new AmdChain(amd(json, "ask"), amd(json, "ark"));
        return new AmdRoot(
                chain, amdKey(json, "ark", chain.ark()), amdKey(json, "ask", chain.ask()));
    }

    private static AmdCertificate amd(FlatJson json, String name) throws SevException {
        String path = name + ".certificate";
        String text = json.require(path);
        return parse(path, () -> AmdCertificate.parse(bytes(text)));
    }

    private static @Nullable AmdKey amdKey(FlatJson json, String name, AmdCertificate certificate)
            throws SevException {
        String path = name + ".private_key";
        String pem = json.take(path);
        if (pem == null) {
            return null;
        }
        AmdKey key = parse(path, () -> AmdKey.ofPem(ascii(pem)));
        if (!key.publicKey().equals(certificate.key())) {
            throw FlatJson.malformed("'" + path + "': expected the certificate's, found another");
        }
        return key;
    }

    private static byte[] bytes(String base64) throws SevException {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw FlatJson.malformed("expected base64");
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private interface Parser<T> {
        T parse() throws SevException;
    }

    private static <T> T parse(String path, Parser<T> parser) throws SevException {
        try {
            return parser.parse();
        } catch (SevException e) {
            throw FlatJson.malformed("'" + path + "': " + e.getMessage());
        }
    }
}
