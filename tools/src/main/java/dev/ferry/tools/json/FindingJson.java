package dev.ferry.tools.json;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ferry.stream.Finding;
import dev.ferry.stream.MigrationReader;
import dev.ferry.stream.Place;
import java.io.IOException;
import java.util.Locale;

/** A finding as JSON. */
public final class FindingJson {

    private FindingJson() {}

    /**
     * Writes one.
     *
     * @param channel number of the channel its place is in, or -1 to leave it out
     */
    public static void write(JsonGenerator out, Finding finding, int channel) throws IOException {
        out.writeStartObject();
        out.writeStringField("severity", finding.severity().name().toLowerCase(Locale.ROOT));
        if (channel >= 0) {
            out.writeNumberField("channel", channel);
        }
        out.writeNumberField("offset", finding.at().offset());
        out.writeStringField("where", finding.at().breadcrumb());
        out.writeStringField("message", finding.message());
        out.writeEndObject();
    }

    /** The number of the channel a place is in, or -1 if it is in none. */
    public static int channel(MigrationReader reader, Place at) {
        for (MigrationReader.Channel channel : reader.channels()) {
            if (channel.name().equals(at.source())) {
                return channel.number();
            }
        }
        return -1;
    }
}
