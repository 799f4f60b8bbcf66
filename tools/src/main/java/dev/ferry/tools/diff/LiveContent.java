package dev.ferry.tools.diff;

import dev.ferry.stream.MigrationReader;
import dev.ferry.stream.io.WireOutput;
import dev.ferry.stream.item.SectionBody;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.tools.json.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/**
 * What a live handler other than RAM sent: its records, all parts together. Parts without a record,
 * of which a waiting source sends any number, do not count.
 */
final class LiveContent {

    private final MessageDigest digest;
    private long records;
    private long payloadBytes;

    LiveContent() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    void add(MigrationReader reader, StreamItem.Section section) throws IOException {
        if (section.body() instanceof SectionBody.Live part && part.records() > 0) {
            records += part.records();
            payloadBytes += part.payloadBytes();
            OutputStream digested = new DigestOutputStream(OutputStream.nullOutputStream(), digest);
            try (WireOutput out = new WireOutput(Channels.newChannel(digested))) {
                reader.copyBody(section, out);
            }
        }
    }

    long records() {
        return records;
    }

    long payloadBytes() {
        return payloadBytes;
    }

    /** SHA-256 of the parts with records; to be asked for at the end. */
    String sha256() {
        try {
            return Json.hex(((MessageDigest) digest.clone()).digest());
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException(e);
        }
    }

    boolean same(@Nullable LiveContent other) {
        return other != null && sha256().equals(other.sha256());
    }
}
