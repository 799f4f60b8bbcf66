package dev.ferry.tools.diff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.ferry.stream.MigrationReader;
import dev.ferry.stream.ReaderOptions;
import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.item.SectionBody;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.ram.PageRun;
import dev.ferry.stream.ram.PageSink;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.stream.vmstate.FieldType;
import dev.ferry.stream.vmstate.VmStateValue;
import dev.ferry.stream.vmstate.VmStateValue.ArrayValue;
import dev.ferry.stream.vmstate.VmStateValue.BytesValue;
import dev.ferry.stream.vmstate.VmStateValue.FieldValue;
import dev.ferry.stream.vmstate.VmStateValue.IntegerArray;
import dev.ferry.stream.vmstate.VmStateValue.IntegerValue;
import dev.ferry.stream.vmstate.VmStateValue.StructValue;
import dev.ferry.stream.vmstate.VmStateValue.SubsectionValue;
import dev.ferry.testdata.Fixtures;
import dev.ferry.tools.Ferry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random bytes of pages and fields are changed: those are told, and nothing else. */
class DiffChangesTest {

    /** Bytes of a capture that may be changed without changing its structure. */
    private record Places(List<Page> pages, List<Field> fields) {}

    private record Page(String block, long page, long at) {}

    private record Field(long at, long length) {}

    @TempDir Path directory;

    private static Places places(byte[] stream) throws IOException {
        List<Page> pages = new ArrayList<>();
        List<Field> fields = new ArrayList<>();
        PageSink sink =
                new PageSink() {
                    @Override
                    public void blocks(List<RamBlock> blocks, int pageSize) {}

                    @Override
                    public void pages(PageRun run) {
                        if (run.encoding() != PageRun.Encoding.RAW) {
                            return;
                        }
                        for (int i = 0; i < run.count(); i++) {
                            long first = run.offset() / run.pageSize();
                            // Behind the record's first word, and the block's name where it has
                            // one.
                            pages.add(
                                    new Page(
                                            run.block().id(),
                                            first + i,
                                            run.streamOffset() + (long) i * run.stride()));
                        }
                    }
                };
        try (MigrationReader reader =
                MigrationReader.of(
                        new WireInput(new MemorySource("capture", stream)),
                        ReaderOptions.DEFAULT.withPages(sink))) {
            for (StreamItem item = reader.next(); item != null; item = reader.next()) {
                if (item instanceof StreamItem.Section section
                        && section.body() instanceof SectionBody.Device device) {
                    collect(device.state().root(), fields);
                }
            }
        }
        return new Places(pages, fields);
    }

    private static void collect(StructValue struct, List<Field> into) {
        for (FieldValue field : struct.fields()) {
            FieldType.Kind kind = field.layout().type().kind();
            if (kind != FieldType.Kind.UNUSED && !field.name().equals("unused")) {
                collect(field.value(), into);
            }
        }
        for (SubsectionValue subsection : struct.subsections()) {
            collect(subsection.body(), into);
        }
    }

    private static void collect(VmStateValue value, List<Field> into) {
        if (value instanceof StructValue struct) {
            collect(struct, into);
        } else if (value instanceof ArrayValue array) {
            array.elements().forEach(element -> collect(element, into));
        } else if ((value instanceof IntegerValue
                        || value instanceof BytesValue
                        || value instanceof IntegerArray)
                && value.length() > 0) {
            into.add(new Field(value.offset(), value.length()));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void whatChangedIsToldAndNothingElse(long seed) throws IOException {
        Random random = new Random(seed);
        byte[] before = Fixtures.named("precopy-paused-q10").main().readAllBytes();
        Places places = places(before);
        byte[] after = before.clone();
        Map<String, Set<Long>> pages = new TreeMap<>();
        for (int i = random.nextInt(40); i > 0; i--) {
            Page page = places.pages.get(random.nextInt(places.pages.size()));
            // The middle of the page: behind whatever stands before its content.
            after[(int) page.at + 100 + random.nextInt(3900)] ^= (byte) (1 << random.nextInt(8));
            pages.computeIfAbsent(page.block, _ -> new TreeSet<>()).add(page.page);
        }
        for (int i = random.nextInt(40); i > 0; i--) {
            Field field = places.fields.get(random.nextInt(places.fields.size()));
            after[(int) (field.at + random.nextLong(field.length))] ^=
                    (byte) (1 << random.nextInt(8));
        }
        Path a = Files.write(directory.resolve("a"), before);
        Path b = Files.write(directory.resolve("b"), after);
        Diffed diff = Diffed.of(a.toString(), b.toString());
        assertEquals(pages, pages(diff.json()), () -> "seed " + seed + "\n" + diff);
        assertEquals(inspected(a, b), fields(diff.json()), () -> "seed " + seed + "\n" + diff);
        assertEquals(pages.isEmpty() && inspected(a, b).isEmpty() ? 0 : 1, diff.code());
        JsonSchema schema =
                JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                        .getSchema(
                                new ObjectMapper().readTree(Ferry.run("diff", "--schema").bytes()));
        assertEquals(Set.of(), schema.validate(diff.json()));
    }

    private static Map<String, Set<Long>> pages(JsonNode diff) {
        Map<String, Set<Long>> pages = new TreeMap<>();
        for (JsonNode block : diff.required("blocks")) {
            for (JsonNode range : block.required("ranges")) {
                long first = range.required("offset").asLong() / 4096;
                for (long i = 0; i < range.required("pages").asLong(); i++) {
                    pages.computeIfAbsent(block.required("id").asText(), _ -> new TreeSet<>())
                            .add(first + i);
                }
                long at = range.required("first").required("offset").asLong() / 4096;
                assertEquals(first, at);
            }
        }
        return pages;
    }

    /** Device, instance and field names. */
    private static Set<String> fields(JsonNode diff) {
        Set<String> fields = new TreeSet<>();
        for (JsonNode device : diff.required("devices")) {
            for (JsonNode field : device.required("fields")) {
                fields.add(
                        device.required("name").asText()
                                + "/"
                                + device.required("instance")
                                + " "
                                + field.required("path").asText());
            }
        }
        return fields;
    }

    /** The same from what inspect says of each, compared as JSON. */
    private static Set<String> inspected(Path a, Path b) throws IOException {
        JsonNode left = devices(a);
        JsonNode right = devices(b);
        assertEquals(left.size(), right.size());
        Set<String> fields = new TreeSet<>();
        for (int i = 0; i < left.size(); i++) {
            JsonNode device = left.get(i);
            compare(
                    device.required("state"),
                    right.get(i).required("state"),
                    device.required("name").asText() + "/" + device.required("instance") + " ",
                    "",
                    fields);
        }
        return fields;
    }

    private static JsonNode devices(Path file) throws IOException {
        return new ObjectMapper()
                .readTree(Ferry.run("inspect", "--json", file.toString()).bytes())
                .required("devices");
    }

    private static void compare(
            JsonNode a, JsonNode b, String device, String path, Set<String> into) {
        if (a.isObject()) {
            for (Iterator<String> names = a.fieldNames(); names.hasNext(); ) {
                String name = names.next();
                if (!name.startsWith("unused")) {
                    String member = path.isEmpty() ? name : path + "." + name;
                    compare(a.get(name), b.required(name), device, member, into);
                }
            }
        } else if (a.isArray()) {
            for (int i = 0; i < a.size(); i++) {
                compare(a.get(i), b.get(i), device, path + "[" + i + "]", into);
            }
        } else if (!a.equals(b)) {
            into.add(device + path);
        }
    }

    @Test
    void bytesOfBothAreShown() throws IOException {
        byte[] stream = Fixtures.named("precopy-paused-q10").main().readAllBytes();
        Path a = Files.write(directory.resolve("a"), stream);
        Page page = places(stream).pages.get(7);
        long content = content(stream, page);
        stream[(int) content + 0x123] ^= 0x55;
        Path b = Files.write(directory.resolve("b"), stream);
        Diffed diff = Diffed.of(a.toString(), b.toString(), "--ram");
        JsonNode range = diff.block(page.block).required("ranges").get(0);
        assertEquals(page.page * 4096, range.required("offset").asLong());
        JsonNode first = range.required("first");
        assertEquals(page.page * 4096 + 0x123, first.required("offset").asLong());
        assertEquals(
                0x55,
                Integer.parseInt(first.required("a").asText().substring(0, 2), 16)
                        ^ Integer.parseInt(first.required("b").asText().substring(0, 2), 16));
        assertEquals(64, first.required("a").asText().length());
        assertEquals(
                first.required("a").asText().substring(2),
                first.required("b").asText().substring(2));
        assertTrue(diff.json().required("devices").isEmpty());
    }

    /** A page's content lies behind its record's word, and the name if it is there. */
    private static long content(byte[] stream, Page page) {
        boolean named = (stream[(int) page.at + 7] & 0x20) == 0;
        return page.at + 8 + (named ? 1 + page.block.length() : 0);
    }

    @Test
    void firstTenOfManyAreShown() throws IOException {
        byte[] stream = Fixtures.named("precopy-paused-q10").main().readAllBytes();
        Path a = Files.write(directory.resolve("a"), stream);
        List<Page> pages = places(stream).pages;
        Set<Long> changed = new TreeSet<>();
        for (Page page : pages) {
            if (page.block.equals("pc.ram") && page.page % 2 == 0 && changed.size() < 25) {
                stream[(int) page.at + 200] ^= 1;
                changed.add(page.page);
            }
        }
        Path b = Files.write(directory.resolve("b"), stream);
        Ferry.Result result = Ferry.run("diff", a.toString(), b.toString());
        assertEquals(1, result.code());
        assertTrue(result.out().contains("and 15 more ranges (--limit 0 shows all)"), result::out);
        assertTrue(result.out().endsWith("different: 25 pages\n"), result::out);
        Ferry.Result all = Ferry.run("diff", a.toString(), b.toString(), "--limit", "0");
        assertFalse(all.out().contains(" more ranges"));
        assertEquals(25, all.out().lines().filter(line -> line.contains(": 1 page, from")).count());
    }
}
