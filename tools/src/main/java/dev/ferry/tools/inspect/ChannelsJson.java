package dev.ferry.tools.inspect;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ferry.stream.MigrationReader;
import dev.ferry.stream.multifd.MultiFdChannel;
import dev.ferry.stream.multifd.MultiFdStatistics;
import dev.ferry.stream.postcopy.ReturnPathMessage;
import dev.ferry.tools.json.Json;
import java.io.IOException;
import java.util.Locale;

/** The recorded channels, and what came back on them. */
final class ChannelsJson {

    private ChannelsJson() {}

    static void write(JsonGenerator out, Inspection inspection) throws IOException {
        MigrationReader reader = inspection.reader();
        out.writeStartArray();
        for (MigrationReader.Channel channel : reader.channels()) {
            out.writeStartObject();
            out.writeNumberField("channel", channel.number());
            out.writeStringField(
                    "role", channel.role().name().toLowerCase(Locale.ROOT).replace('_', '-'));
            out.writeStringField("path", channel.name());
            for (MultiFdChannel multifd : reader.multifd().channels()) {
                if (multifd.channel() == channel.number()) {
                    multifd(out, multifd);
                }
            }
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    private static void multifd(JsonGenerator out, MultiFdChannel channel) throws IOException {
        MultiFdStatistics statistics = channel.statistics();
        out.writeObjectFieldStart("multifd");
        out.writeNumberField("id", channel.handshake().id());
        out.writeStringField("uuid", channel.handshake().uuid().toString());
        out.writeStringField("compression", statistics.compression().parameter());
        out.writeNumberField("packets", statistics.packets());
        out.writeNumberField("dataPackets", statistics.dataPackets());
        out.writeNumberField("syncPackets", statistics.syncs());
        out.writeNumberField("deviceStatePackets", statistics.deviceStates());
        out.writeNumberField("normalPages", statistics.normalPages());
        out.writeNumberField("zeroPages", statistics.zeroPages());
        out.writeNumberField("payloadBytes", statistics.payloadBytes());
        number(out, "firstPacket", statistics.firstPacket());
        number(out, "lastPacket", statistics.lastPacket());
        out.writeEndObject();
    }

    private static void number(JsonGenerator out, String name, long number) throws IOException {
        Json.optional(out, name, number, -1);
    }

    static void returnPath(JsonGenerator out, Inspection inspection) throws IOException {
        out.writeArrayFieldStart("returnPath");
        for (ReturnPathMessage message : inspection.reader().returnPath()) {
            out.writeStartObject();
            out.writeNumberField("offset", message.at());
            switch (message) {
                case ReturnPathMessage.Shut shut -> {
                    out.writeStringField("name", "SHUT");
                    out.writeNumberField("value", shut.error());
                }
                case ReturnPathMessage.Pong pong -> {
                    out.writeStringField("name", "PONG");
                    out.writeNumberField("value", pong.value());
                }
                case ReturnPathMessage.RequestPages request -> {
                    out.writeStringField("name", request.named() ? "REQ_PAGES_ID" : "REQ_PAGES");
                    out.writeStringField("block", request.block());
                    Json.unsigned(out, "start", request.start());
                    out.writeNumberField("length", request.length());
                }
                case ReturnPathMessage.ReceivedBitmap bitmap -> {
                    out.writeStringField("name", "RECV_BITMAP");
                    out.writeStringField("block", bitmap.block());
                    out.writeNumberField("bitmapBytes", bitmap.bitmapBytes());
                    out.writeNumberField("received", bitmap.received());
                }
                case ReturnPathMessage.ResumeAck ack -> {
                    out.writeStringField("name", "RESUME_ACK");
                    out.writeNumberField("value", ack.value());
                }
                case ReturnPathMessage.SwitchoverAck ack ->
                        out.writeStringField("name", "SWITCHOVER_ACK");
            }
            out.writeEndObject();
        }
        out.writeEndArray();
    }
}
