package dev.ferry.stream.vmstate;

import java.util.HashSet;
import java.util.Set;

/**
 * Fields that streams of real QEMU had as arrays. A dump does not tell an array of variable length
 * from a single value, and an empty array is nowhere to be seen in a stream.
 */
final class KnownArrays {

    private record Key(String structure, String field) {}

    private static final class Seen {
        static final Set<Key> FIELDS = collect();

        private static Set<Key> collect() {
            Set<Key> fields = new HashSet<>();
            LayoutCatalogue.builtIn().forEachTemplate(template -> add(template, fields));
            return fields;
        }

        private static void add(LayoutTemplate template, Set<Key> fields) {
            for (FieldTemplate field : template.fields()) {
                boolean array =
                        field.elements() || field.counts().stream().anyMatch(count -> count != 1);
                if (array) {
                    fields.add(new Key(template.name(), field.name()));
                }
                for (LayoutTemplate nested : field.nested()) {
                    add(nested, fields);
                }
            }
        }
    }

    private KnownArrays() {}

    /** Whether the field called {@code field} of structures called {@code structure} is one. */
    static boolean contains(String structure, String field) {
        return Seen.FIELDS.contains(new Key(structure, field));
    }
}
