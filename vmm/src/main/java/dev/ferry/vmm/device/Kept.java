package dev.ferry.vmm.device;

import dev.ferry.stream.vmstate.VmStateValue.SubsectionValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a device keeps of its state without looking at it, by the path of the field: numbers that
 * the model has no use for, and subsections that it does not know.
 */
final class Kept {

    private final Map<String, long[]> numbers = new HashMap<>();
    private final Map<String, List<SubsectionValue>> subsections = new HashMap<>();

    long @Nullable [] numbers(String path) {
        return numbers.get(path);
    }

    void numbers(String path, long[] values) {
        numbers.put(path, values);
    }

    List<SubsectionValue> subsections(String path) {
        return subsections.getOrDefault(path, List.of());
    }

    void subsection(String path, SubsectionValue value) {
        subsections.computeIfAbsent(path, _ -> new ArrayList<>()).add(value);
    }

    boolean hasSubsections() {
        return !subsections.isEmpty();
    }

    void clear() {
        numbers.clear();
        subsections.clear();
    }
}
