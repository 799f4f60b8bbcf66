package dev.ferry.stream.edit;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.ferry.stream.LimitExceededException;
import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.Place;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Part of a JSON text as a tree that knows where in the text everything stands, so that the text
 * can be changed and still be the same everywhere else. Keys of one object may repeat.
 */
final class JsonText {

    /** Objects and arrays around one value; real descriptions stay below 40. */
    private static final int MAX_DEPTH = 200;

    /** A real device has some thousands. */
    private static final int MAX_VALUES = 1 << 20;

    /**
     * A value.
     *
     * @param from index of its first byte in the text
     * @param to index behind its last byte; of a string unknown, and as {@code from}
     * @param text of a string or a number, else empty
     * @param members of an object
     * @param elements of an array
     */
    record Value(int from, int to, String text, List<Member> members, List<Value> elements) {

        /** The first member called {@code key}, or null. */
        @Nullable Member member(String key) {
            for (Member member : members) {
                if (member.key.equals(key)) {
                    return member;
                }
            }
            return null;
        }

        /** The text of the first member called {@code key}; empty if there is none. */
        String text(String key) {
            Member member = member(key);
            return member == null ? "" : member.value.text;
        }

        /** The text of member {@code key} as a number, or {@code otherwise}. */
        long number(String key, long otherwise) {
            String digits = text(key);
            try {
                return digits.isEmpty() ? otherwise : Long.parseLong(digits);
            } catch (NumberFormatException e) {
                return otherwise;
            }
        }
    }

    /**
     * A member of an object.
     *
     * @param from index of the key's first quote
     */
    record Member(int from, String key, Value value) {}

    private final JsonParser in;
    private final int base;
    private final Place place;
    private int values;

    private JsonText(JsonParser in, int base, Place place) {
        this.in = in;
        this.base = base;
        this.place = place;
    }

    /**
     * Reads the value in {@code json} from {@code from} to {@code to}.
     *
     * @param place where the text comes from, for errors
     */
    static Value parse(byte[] json, int from, int to, Place place) throws IOException {
        try (JsonParser in = factory().createParser(json, from, to - from)) {
            in.nextToken();
            return new JsonText(in, from, place).value();
        } catch (JsonProcessingException e) {
            throw malformed(e, place);
        }
    }

    /** The member {@code key} of the object that is all of {@code json}, or null. */
    static @Nullable Member parseTop(byte[] json, String key, Place place) throws IOException {
        try (JsonParser in = factory().createParser(json)) {
            in.nextToken();
            while (in.nextToken() == JsonToken.FIELD_NAME) {
                int keyAt = (int) in.currentTokenLocation().getByteOffset();
                boolean found = in.currentName().equals(key);
                in.nextToken();
                if (found) {
                    return new Member(keyAt, key, new JsonText(in, 0, place).value());
                }
                in.skipChildren();
            }
            return null;
        } catch (JsonProcessingException e) {
            throw malformed(e, place);
        }
    }

    private static JsonFactory factory() {
        return new JsonFactoryBuilder()
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .streamReadConstraints(
                        StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
                .build();
    }

    private static MalformedStreamException malformed(JsonProcessingException e, Place place) {
        return new MalformedStreamException(
                "device description: " + e.getOriginalMessage(), place, e);
    }

    private int at() {
        return base + (int) in.currentTokenLocation().getByteOffset();
    }

    private Value value() throws IOException {
        if (++values > MAX_VALUES) {
            throw new LimitExceededException(
                    "device description: more than " + MAX_VALUES + " values in one device", place);
        }
        int from = at();
        JsonToken token = in.currentToken();
        if (token == JsonToken.START_OBJECT) {
            List<Member> members = new ArrayList<>();
            while (in.nextToken() == JsonToken.FIELD_NAME) {
                int keyAt = at();
                String key = in.currentName();
                in.nextToken();
                members.add(new Member(keyAt, key, value()));
            }
            return new Value(from, at() + 1, "", members, List.of());
        }
        if (token == JsonToken.START_ARRAY) {
            List<Value> elements = new ArrayList<>();
            while (in.nextToken() != JsonToken.END_ARRAY) {
                elements.add(value());
            }
            return new Value(from, at() + 1, "", List.of(), elements);
        }
        if (token == null) {
            throw new MalformedStreamException("device description: the text ends early", place);
        }
        String text = in.getText();
        int to = token == JsonToken.VALUE_STRING ? from : from + text.length();
        return new Value(from, to, text, List.of(), List.of());
    }
}
