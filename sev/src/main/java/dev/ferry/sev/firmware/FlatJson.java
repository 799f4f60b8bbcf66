package dev.ferry.sev.firmware;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A small JSON object, read as paths and their texts: {@code {"a":{"b":1}}} is {@code a.b = 1}.
 * Every value is to be taken once; what nobody takes is one too many.
 */
final class FlatJson {

    /** Levels of objects; ours have two. */
    private static final int DEPTH = 4;

    private final Map<String, String> values = new LinkedHashMap<>();

    private FlatJson() {}

    /**
     * @throws SevException SECURE_DATA_INVALID if it is not JSON, holds an array or null, or names
     *     anything twice
     */
    static FlatJson parse(byte[] json) throws SevException {
        FlatJson flat = new FlatJson();
        try (JsonParser parser = JsonFactory.builder().build().createParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw malformed("expected a JSON object");
            }
            flat.object(parser, "", 1);
            if (parser.nextToken() != null) {
                throw malformed("expected one JSON object, found more behind it");
            }
            return flat;
        } catch (JsonProcessingException e) {
            throw malformed(
                    "not JSON at line "
                            + e.getLocation().getLineNr()
                            + ", column "
                            + e.getLocation().getColumnNr());
        } catch (IOException e) {
            throw malformed("not JSON");
        }
    }

    private void object(JsonParser parser, String prefix, int depth)
            throws IOException, SevException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String path = prefix + parser.currentName();
            JsonToken token = parser.nextToken();
            if (token == JsonToken.START_OBJECT && depth < DEPTH) {
                object(parser, path + ".", depth + 1);
            } else if (token.isScalarValue() && token != JsonToken.VALUE_NULL) {
                if (values.put(path, parser.getText()) != null) {
                    throw malformed("'" + path + "' is there twice");
                }
            } else {
                throw malformed("'" + path + "': expected a text or a number");
            }
        }
    }

    /** The value at a path; empty there means absent. */
    @Nullable String take(String path) {
        return values.remove(path);
    }

    /**
     * The value at a path.
     *
     * @throws SevException SECURE_DATA_INVALID if there is none
     */
    String require(String path) throws SevException {
        String value = values.remove(path);
        if (value == null) {
            throw malformed("'" + path + "' is missing");
        }
        return value;
    }

    /**
     * A whole number at a path.
     *
     * @throws SevException SECURE_DATA_INVALID if there is none, or no number
     */
    int number(String path) throws SevException {
        try {
            return Integer.parseInt(require(path));
        } catch (NumberFormatException e) {
            throw malformed("'" + path + "': expected a number");
        }
    }

    /**
     * @throws SevException SECURE_DATA_INVALID if there is something nobody took
     */
    void finish() throws SevException {
        if (!values.isEmpty()) {
            throw malformed("'" + values.keySet().iterator().next() + "' is not known");
        }
    }

    /** No cause: the parser's own message quotes what it read. */
    static SevException malformed(String message) {
        return new SevException(FirmwareStatus.SECURE_DATA_INVALID, message);
    }
}
