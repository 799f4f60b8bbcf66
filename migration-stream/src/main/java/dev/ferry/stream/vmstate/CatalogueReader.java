package dev.ferry.stream.vmstate;

import java.io.IOException;
import java.io.StreamCorruptedException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a {@link LayoutCatalogue} in {@link CatalogueFormat}. Plain loops over one array: this runs
 * once, cold, while somebody waits.
 */
final class CatalogueReader {
    private final byte[] bytes;
    private int position;
    private String[] strings = {};
    private final List<Object> nodes = new ArrayList<>();
    private final Map<String, FieldType> types = new HashMap<>();

    /**
     * @param bytes all that follows the magic, inflated
     */
    CatalogueReader(byte[] bytes) {
        this.bytes = bytes;
    }

    LayoutCatalogue catalogue() throws IOException {
        strings = new String[count()];
        for (int i = 0; i < strings.length; i++) {
            strings[i] = text(count());
        }
        List<LayoutOrigin> origins = new ArrayList<>();
        for (int n = count(); n > 0; n--) {
            origins.add(new LayoutOrigin(string(), string(), string(), count() - 1));
        }
        for (int n = count(); n > 0; n--) {
            nodes.add(octet() == 0 ? structure() : field());
        }
        Map<String, List<LayoutCatalogue.Entry>> sections = new HashMap<>();
        for (int n = count(); n > 0; n--) {
            LayoutTemplate template = node(LayoutTemplate.class);
            long instances = number();
            List<LayoutOrigin> seen = new ArrayList<>();
            int at = 0;
            for (int runs = count(); runs > 0; runs--) {
                at += count();
                for (int run = count(); run > 0; run--) {
                    if (at >= origins.size()) {
                        throw new StreamCorruptedException("layout catalogue: no origin " + at);
                    }
                    seen.add(origins.get(at++));
                }
            }
            List<LayoutCatalogue.Entry> known = sections.get(template.name());
            if (known == null) {
                known = new ArrayList<>(1);
                sections.put(template.name(), known);
            }
            known.add(new LayoutCatalogue.Entry(template, seen, instances));
        }
        Map<String, List<LayoutTemplate>> subsections = new HashMap<>();
        for (int n = count(); n > 0; n--) {
            LayoutTemplate template = node(LayoutTemplate.class);
            List<LayoutTemplate> known = subsections.get(template.name());
            if (known == null) {
                known = new ArrayList<>(1);
                subsections.put(template.name(), known);
            }
            known.add(template);
        }
        return new LayoutCatalogue(sections, subsections);
    }

    private LayoutTemplate structure() throws IOException {
        String name = string();
        int version = (int) number() - 1;
        List<FieldTemplate> fields = new ArrayList<>();
        for (int n = count(); n > 0; n--) {
            fields.add(node(FieldTemplate.class));
        }
        return new LayoutTemplate(name, version, fields);
    }

    private FieldTemplate field() throws IOException {
        String name = string();
        FieldType type = type(string());
        boolean elements = number() != 0;
        int firstIndex = count();
        List<Integer> counts = new ArrayList<>(1);
        for (int n = count(); n > 0; n--) {
            counts.add((int) number());
        }
        List<Long> sizes = new ArrayList<>(1);
        for (int n = count(); n > 0; n--) {
            sizes.add(number());
        }
        List<LayoutTemplate> nested = new ArrayList<>(1);
        for (int n = count(); n > 0; n--) {
            nested.add(node(LayoutTemplate.class));
        }
        return new FieldTemplate(name, type, elements, firstIndex, counts, sizes, nested);
    }

    private <T> T node(Class<T> kind) throws IOException {
        int number = count();
        if (number >= nodes.size() || !kind.isInstance(nodes.get(number))) {
            throw new StreamCorruptedException("layout catalogue: no node " + number);
        }
        return kind.cast(nodes.get(number));
    }

    private String string() throws IOException {
        int number = count();
        if (number >= strings.length) {
            throw new StreamCorruptedException("layout catalogue: no string " + number);
        }
        return strings[number];
    }

    private int count() throws IOException {
        long count = number();
        if (count > CatalogueFormat.MAX_COUNT) {
            throw new StreamCorruptedException("layout catalogue: count " + count);
        }
        return (int) count;
    }

    private long number() throws IOException {
        long number = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            int b = octet();
            number |= (long) (b & 0x7f) << shift;
            if (b < 0x80) {
                return number;
            }
        }
        throw new StreamCorruptedException("layout catalogue: overlong number");
    }

    private FieldType type(String name) {
        FieldType type = types.get(name);
        if (type == null) {
            type = FieldType.of(name);
            types.put(name, type);
        }
        return type;
    }

    private int octet() throws IOException {
        if (position == bytes.length) {
            throw new StreamCorruptedException("layout catalogue: ends too early");
        }
        return bytes[position++] & 0xff;
    }

    private String text(int length) throws IOException {
        if (length > bytes.length - position) {
            throw new StreamCorruptedException("layout catalogue: ends too early");
        }
        String text = new String(bytes, position, length, StandardCharsets.ISO_8859_1);
        position += length;
        return text;
    }
}
