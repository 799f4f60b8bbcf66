package dev.ferry.tools.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** Generators, and the few conventions all our JSON keeps. */
public final class Json {

    /** Integers beyond this are not exact in the many programs whose numbers are doubles. */
    private static final long MAX_SAFE = 1L << 53;

    private static final JsonFactory FACTORY =
            new JsonFactoryBuilder()
                    .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
                    .disable(StreamWriteFeature.AUTO_CLOSE_CONTENT)
                    .build();

    private Json() {}

    /** Writes UTF-8 to {@code out}, which is whoever opened it's to close. */
    public static JsonGenerator generator(OutputStream out) throws IOException {
        // Several values on one generator would get a blank between them.
        return FACTORY.createGenerator(out).setRootValueSeparator(null);
    }

    /** A signed integer; a decimal string where a double could not hold it. */
    public static void integer(JsonGenerator out, long value) throws IOException {
        if (value > MAX_SAFE || value < -MAX_SAFE) {
            out.writeString(Long.toString(value));
        } else {
            out.writeNumber(value);
        }
    }

    /** An unsigned integer; a decimal string where a double could not hold it. */
    public static void unsigned(JsonGenerator out, long value) throws IOException {
        if (value < 0 || value > MAX_SAFE) {
            out.writeString(Long.toUnsignedString(value));
        } else {
            out.writeNumber(value);
        }
    }

    /** A field with an unsigned integer. */
    public static void unsigned(JsonGenerator out, String name, long value) throws IOException {
        out.writeFieldName(name);
        unsigned(out, value);
    }

    /** A field with an integer or, for {@code absent}, null. */
    public static void optional(JsonGenerator out, String name, long value, long absent)
            throws IOException {
        if (value == absent) {
            out.writeNullField(name);
        } else {
            unsigned(out, name, value);
        }
    }

    /** Lower-case hex. */
    public static String hex(byte[] bytes) {
        char[] text = new char[bytes.length * 2];
        for (int i = 0; i < bytes.length; i++) {
            text[2 * i] = Character.forDigit(bytes[i] >> 4 & 15, 16);
            text[2 * i + 1] = Character.forDigit(bytes[i] & 15, 16);
        }
        return new String(text);
    }

    /** Lower-case hex of what remains in {@code bytes}, which is left as it is. */
    public static String hex(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(bytes.position(), copy);
        return hex(copy);
    }
}
