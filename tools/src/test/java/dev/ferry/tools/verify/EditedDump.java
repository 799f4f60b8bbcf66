package dev.ferry.tools.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * What a real QEMU wrote with {@code -dump-vmstate} for {@code pc-i440fx-7.2}, cut down to the
 * devices of that machine, to be changed.
 */
final class EditedDump {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final ObjectNode root;

    private EditedDump(ObjectNode root) {
        this.root = root;
    }

    /**
     * @param release 7.2 or 10.0
     */
    static EditedDump of(String release) throws IOException {
        try (InputStream in =
                EditedDump.class.getResourceAsStream("dump-vmstate-" + release + ".json")) {
            return new EditedDump((ObjectNode) JSON.readTree(Objects.requireNonNull(in)));
        }
    }

    EditedDump machine(String name) {
        ((ObjectNode) root.required("vmschkmachine")).put("Name", name);
        return this;
    }

    /** Takes out every device type with this state. */
    EditedDump without(String vmsd) {
        for (Iterator<JsonNode> types = root.iterator(); types.hasNext(); ) {
            if (types.next().path("Description").path("name").asText().equals(vmsd)) {
                types.remove();
            }
        }
        return this;
    }

    /** Adds a copy of a device type, with its state changed. */
    EditedDump variant(String type, String name, Consumer<ObjectNode> change) {
        ObjectNode copy = root.required(type).deepCopy();
        change.accept((ObjectNode) copy.required("Description"));
        root.set(name, copy);
        return this;
    }

    /** Changes every structure, device state or subsection of this name, wherever it is. */
    EditedDump change(String vmsd, Consumer<ObjectNode> change) {
        List<ObjectNode> found = new ArrayList<>();
        collect(root, vmsd, found);
        if (found.isEmpty()) {
            throw new AssertionError("no '" + vmsd + "' in the dump");
        }
        found.forEach(change);
        return this;
    }

    private static void collect(JsonNode node, String vmsd, List<ObjectNode> found) {
        for (JsonNode child : node) {
            collect(child, vmsd, found);
        }
        if (node.path("name").asText().equals(vmsd) && node.has("minimum_version_id")) {
            found.add((ObjectNode) node);
        }
    }

    static ArrayNode fields(ObjectNode description) {
        return description.withArray("Fields");
    }

    /** The place of a field. */
    static int index(ObjectNode description, String field) {
        ArrayNode fields = fields(description);
        for (int i = 0; i < fields.size(); i++) {
            if (fields.get(i).required("field").asText().equals(field)) {
                return i;
            }
        }
        throw new AssertionError("no field '" + field + "'");
    }

    static ObjectNode field(ObjectNode description, String field) {
        return (ObjectNode) fields(description).get(index(description, field));
    }

    static ObjectNode newField(String name, int since, boolean conditional, int size) {
        return JSON.createObjectNode()
                .put("field", name)
                .put("version_id", since)
                .put("field_exists", conditional)
                .put("size", size);
    }

    Path write(Path directory) throws IOException {
        return Files.write(directory.resolve("dump.json"), JSON.writeValueAsBytes(root));
    }
}
