package dev.ferry.testdata;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads {@code NAME.json}. A field that every capture has must be there; the rest may be absent.
 */
final class TruthReader {
    private static final Pattern CHANNEL = Pattern.compile("\\.ch(\\d+)\\.(fwd|rev)\\.xz$");

    private TruthReader() {}

    static Truth read(String name) {
        JsonNode json = Corpus.json(Corpus.QEMU + name + ".json");
        List<FixtureFile> files = files(json.required("files"));
        return new Truth(
                json.required("features").asText(),
                json.required("qemu_version").asText(),
                json.required("target").asText(),
                json.required("target_page_size").intValue(),
                captureKind(files.getFirst().kind(), json),
                capabilities(json.path("capabilities")),
                ramBlocks(json.required("ram_blocks"), json.required("ram_truth_from").asText()),
                files,
                json);
    }

    private static CaptureKind captureKind(FileKind main, JsonNode json) {
        return switch (main) {
            case LIBVIRT_SAVE -> CaptureKind.LIBVIRT_SAVE;
            case QCOW2 -> CaptureKind.QCOW2_SNAPSHOT;
            case FORWARD_CHANNEL, REVERSE_CHANNEL, SHARED_MEMORY ->
                    json.required("uri").asText().startsWith("file:")
                            ? CaptureKind.FILE
                            : CaptureKind.TCP;
        };
    }

    private static Set<String> capabilities(JsonNode json) {
        Set<String> on = new TreeSet<>();
        json.properties()
                .forEach(capability -> {
                    if (capability.getValue().asBoolean()) {
                        on.add(capability.getKey());
                    }
                });
        return Collections.unmodifiableSet(on);
    }

    private static List<RamBlockTruth> ramBlocks(JsonNode json, String truthFrom) {
        List<RamBlockTruth> blocks = new ArrayList<>();
        for (JsonNode block : json) {
            blocks.add(
                    new RamBlockTruth(
                            block.required("idstr").asText(),
                            block.required("used").longValue(),
                            number(block, "max"),
                            block.required("sha256").asText(),
                            number(block, "host_page_size"),
                            number(block, "zero_4k_pages"),
                            number(block, "nonzero_4k_pages"),
                            block.path("how").asText(truthFrom)));
        }
        return List.copyOf(blocks);
    }

    private static OptionalLong number(JsonNode block, String field) {
        JsonNode value = block.path(field);
        return value.isIntegralNumber() ? OptionalLong.of(value.longValue()) : OptionalLong.empty();
    }

    private static List<FixtureFile> files(JsonNode json) {
        List<FixtureFile> files = new ArrayList<>();
        for (JsonNode entry : json) {
            files.add(file(entry));
        }
        return List.copyOf(files);
    }

    private static FixtureFile file(JsonNode entry) {
        String file = entry.required("file").asText();
        int channel = FixtureFile.NO_CHANNEL;
        FileKind kind;
        Matcher matcher = CHANNEL.matcher(file);
        if (matcher.find()) {
            channel = Integer.parseInt(matcher.group(1));
            kind =
                    matcher.group(2).equals("fwd")
                            ? FileKind.FORWARD_CHANNEL
                            : FileKind.REVERSE_CHANNEL;
        } else if (file.endsWith(".mig.xz")) {
            channel = 0;
            kind = FileKind.FORWARD_CHANNEL;
        } else if (file.endsWith(".save.xz")) {
            kind = FileKind.LIBVIRT_SAVE;
        } else if (file.endsWith(".qcow2.xz")) {
            kind = FileKind.QCOW2;
        } else if (file.endsWith(".mem.keep.xz")) {
            kind = FileKind.SHARED_MEMORY;
        } else {
            throw new IllegalArgumentException("fixture file: unknown kind of '" + file + "'");
        }
        return new FixtureFile(
                file,
                entry.required("role").asText(),
                kind,
                channel,
                entry.required("bytes").longValue(),
                entry.required("sha256").asText());
    }
}
