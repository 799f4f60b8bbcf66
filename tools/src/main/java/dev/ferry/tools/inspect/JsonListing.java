package dev.ferry.tools.inspect;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ferry.tools.json.Json;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;

/** A JSON array that is written item by item before its place in the whole object comes. */
final class JsonListing implements Closeable {

    private final Spool spool = new Spool();
    private final JsonGenerator out;

    JsonListing() throws IOException {
        out = Json.generator(spool);
        out.writeStartArray();
    }

    /** Takes the items. */
    JsonGenerator out() {
        return out;
    }

    /** Ends the array and makes it the value of field {@code name}. */
    void writeTo(JsonGenerator object, String name, OutputStream target) throws IOException {
        out.writeEndArray();
        out.flush();
        object.writeFieldName(name);
        // Accounts for a value; its text goes past the generator.
        object.writeRawValue("");
        object.flush();
        spool.copyTo(target);
    }

    @Override
    public void close() throws IOException {
        spool.close();
    }
}
