package dev.ferry.testdata;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One captured migration of an AMD SEV guest, written by AMD's QEMU fork, with every key that opens
 * it. Got from {@link SevFixtures}.
 *
 * <p>The platforms are software and their certificates synthetic; none of the keys opens anything
 * else.
 */
public final class SevFixture {

    /** Guest page frames from {@code start} up to but not including {@code end}, each of 4 KiB. */
    public record Region(long start, long end) {}

    private final String name;
    private final JsonNode metadata;

    SevFixture(String name) {
        this.name = name;
        this.metadata = Corpus.json(Corpus.SEV + name + ".json");
    }

    /** Such as {@code sev-pc-512k-pflash}. */
    public String name() {
        return name;
    }

    /** The stream from its first byte; the caller closes it. */
    public InputStream open() throws IOException {
        return Corpus.openXz(Corpus.SEV + name + ".bin.xz");
    }

    /** The whole stream, at most 2 MB. */
    public byte[] readAllBytes() throws IOException {
        try (InputStream in = open()) {
            return in.readAllBytes();
        }
    }

    /** Everything known about the capture; not to be changed. */
    public JsonNode metadata() {
        return metadata;
    }

    /** The guest's policy word. */
    public int policy() {
        return metadata.required("policy").intValue();
    }

    /** The platform that sent. */
    public SevPlatformTruth source() {
        return new SevPlatformTruth(metadata.required("source_platform"));
    }

    /** The platform that it was sent to: its key opens the session. */
    public SevPlatformTruth destination() {
        return new SevPlatformTruth(metadata.required("destination_platform"));
    }

    /**
     * A value of the session.
     *
     * @param field such as {@code tek}, {@code tik}, {@code kek}, {@code session_blob}
     */
    public byte[] session(String field) {
        return hex(metadata.required("session").required(field));
    }

    /** What a right reader ends up with: SHA-256 of each block, in lower-case hex, by name. */
    public Map<String, String> blockDigests() {
        Map<String, String> digests = new LinkedHashMap<>();
        metadata.required("ram_blocks")
                .properties()
                .forEach(block ->
                        digests.put(block.getKey(), block.getValue().required("sha256").asText()));
        return digests;
    }

    /** How many page records of a kind: {@code encrypted}, {@code plain}, {@code zero}, ... */
    public int pageRecords(String kind) {
        return metadata.required("page_records").path(kind).intValue();
    }

    /** The list as the stream has it, in its order. */
    public List<Region> regionsOnWire() {
        return regions("shared_regions_on_wire");
    }

    /** The list as the guest's calls make it, in order and without overlap. */
    public List<Region> regionsCorrect() {
        return regions("shared_regions_correct");
    }

    /** Private pages that the sender let out unencrypted. */
    public List<Long> privateFramesSentInClear() {
        List<Long> frames = new ArrayList<>();
        metadata.required("private_gfns_sent_in_clear").forEach(gfn -> frames.add(gfn.longValue()));
        return frames;
    }

    private List<Region> regions(String field) {
        List<Region> regions = new ArrayList<>();
        for (JsonNode region : metadata.required(field)) {
            regions.add(
                    new Region(
                            region.required("gfn_start").longValue(),
                            region.required("gfn_end").longValue()));
        }
        return regions;
    }

    static byte[] hex(JsonNode value) {
        return HexFormat.of().parseHex(value.asText());
    }

    @Override
    public String toString() {
        return name;
    }
}
