package dev.ferry.stream.vmstate;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Makes templates of described layouts, and one template of two that differ in counts only. */
final class TemplateMaker {

    /** Is handed every subsection met, without its own subsections. */
    private final Consumer<LayoutTemplate> subsections;

    TemplateMaker(Consumer<LayoutTemplate> subsections) {
        this.subsections = subsections;
    }

    LayoutTemplate template(VmStateLayout layout) {
        for (VmStateLayout subsection : layout.subsections()) {
            subsections.accept(template(subsection));
        }
        List<FieldTemplate> fields = new ArrayList<>();
        for (FieldLayout field : layout.fields()) {
            FieldTemplate next = template(field);
            FieldTemplate last = fields.isEmpty() ? null : fields.getLast();
            if (last != null && continues(last, next)) {
                fields.set(
                        fields.size() - 1,
                        new FieldTemplate(
                                last.name(),
                                last.type(),
                                true,
                                last.firstIndex(),
                                List.of(last.counts().getFirst() + 1),
                                last.sizes(),
                                last.nested()));
            } else {
                fields.add(next);
            }
        }
        return new LayoutTemplate(layout.name(), layout.version(), fields);
    }

    private static boolean continues(FieldTemplate array, FieldTemplate element) {
        return array.elements()
                && element.elements()
                && array.name().equals(element.name())
                && array.type().equals(element.type())
                && array.firstIndex() + array.counts().getFirst() == element.firstIndex()
                && array.sizes().equals(element.sizes())
                && array.nested().equals(element.nested());
    }

    private FieldTemplate template(FieldLayout field) {
        List<LayoutTemplate> nested = new ArrayList<>();
        for (VmStateLayout layout : field.nested()) {
            nested.add(template(layout));
        }
        List<Long> sizes = List.of();
        switch (field.type().kind()) {
            case LIST -> nested = new ArrayList<>(new LinkedHashSet<>(nested));
            case TREE -> nested = treeTemplates(field, nested);
            case INTEGER,
                    BOOL,
                    BUFFER,
                    UNUSED,
                    BITMAP,
                    CAPABILITY,
                    NULL_POINTER,
                    POINTER_MARKER,
                    STRUCT,
                    VERSIONED_STRUCT,
                    TEMPORARY,
                    OPAQUE -> {
                if (nested.size() != 1) {
                    sizes = List.of(field.size());
                }
            }
        }
        boolean elements = field.repeat() instanceof Repeat.Element;
        int firstIndex = field.repeat() instanceof Repeat.Element(int index) ? index : 0;
        return new FieldTemplate(
                field.name(),
                field.type(),
                elements,
                firstIndex,
                List.of(field.count()),
                sizes,
                nested);
    }

    /** Keys that are numbers leave no layout, so the sizes tell whether the layouts alternate. */
    private static List<LayoutTemplate> treeTemplates(
            FieldLayout field, List<LayoutTemplate> nested) {
        if (nested.isEmpty()) {
            return nested;
        }
        // u32 count, then per node a marker and 8 bytes of key, then the end
        long direct = 4 + 1;
        for (LayoutTemplate value : nested) {
            direct += 1 + 8 + Math.max(value.fixedBytes(), 0);
        }
        if (direct == field.size() || nested.size() % 2 != 0) {
            return new ArrayList<>(List.of(nested.getFirst()));
        }
        return new ArrayList<>(nested.subList(0, 2));
    }

    /** Whether two templates are one structure with different counts and sizes. */
    static boolean mergeable(LayoutTemplate a, LayoutTemplate b) {
        if (!a.name().equals(b.name())
                || a.version() != b.version()
                || a.fields().size() != b.fields().size()) {
            return false;
        }
        for (int i = 0; i < a.fields().size(); i++) {
            if (!mergeable(a.fields().get(i), b.fields().get(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean mergeable(FieldTemplate a, FieldTemplate b) {
        boolean sameArray =
                a.firstIndex() == b.firstIndex()
                        && (a.elements() == b.elements() || isSingle(a) || isSingle(b));
        if (!sameArray || !a.name().equals(b.name()) || !a.type().equals(b.type())) {
            return false;
        }
        if (!a.sizes().equals(b.sizes())
                && (a.isNullPointer(a.sizes().isEmpty() ? -1 : a.sizes().getFirst())
                        || b.isNullPointer(b.sizes().isEmpty() ? -1 : b.sizes().getFirst()))) {
            return false;
        }
        if (a.type().kind() == FieldType.Kind.LIST) {
            return true;
        }
        if (a.type().kind() == FieldType.Kind.TREE && a.nested().size() != b.nested().size()) {
            return a.nested().isEmpty() || b.nested().isEmpty();
        }
        if (a.nested().size() != b.nested().size()) {
            return false;
        }
        for (int i = 0; i < a.nested().size(); i++) {
            if (!mergeable(a.nested().get(i), b.nested().get(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isSingle(FieldTemplate field) {
        return !field.elements() && field.counts().equals(List.of(1));
    }

    /** One template for two {@link #mergeable} ones; what {@code a} knows comes first. */
    static LayoutTemplate merge(LayoutTemplate a, LayoutTemplate b) {
        List<FieldTemplate> fields = new ArrayList<>();
        for (int i = 0; i < a.fields().size(); i++) {
            fields.add(merge(a.fields().get(i), b.fields().get(i)));
        }
        return new LayoutTemplate(a.name(), a.version(), fields);
    }

    private static FieldTemplate merge(FieldTemplate a, FieldTemplate b) {
        List<LayoutTemplate> nested = new ArrayList<>();
        if (a.type().kind() == FieldType.Kind.LIST) {
            nested.addAll(union(a.nested(), b.nested()));
        } else if (a.nested().size() != b.nested().size()) {
            nested.addAll(a.nested().isEmpty() ? b.nested() : a.nested());
        } else {
            for (int i = 0; i < a.nested().size(); i++) {
                nested.add(merge(a.nested().get(i), b.nested().get(i)));
            }
        }
        return new FieldTemplate(
                a.name(),
                a.type(),
                a.elements() || b.elements(),
                a.firstIndex(),
                union(a.counts(), b.counts()),
                union(a.sizes(), b.sizes()),
                nested);
    }

    private static <T> List<T> union(List<T> a, List<T> b) {
        Set<T> union = new LinkedHashSet<>(a);
        union.addAll(b);
        return List.copyOf(union);
    }
}
