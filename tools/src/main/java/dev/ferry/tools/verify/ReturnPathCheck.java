package dev.ferry.tools.verify;

import dev.ferry.stream.MigrationReader;
import dev.ferry.stream.MigrationReader.ChannelRole;
import dev.ferry.stream.Place;
import dev.ferry.stream.item.CommandId;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.postcopy.CommandPayload;
import dev.ferry.stream.postcopy.ReturnPathMessage;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.stream.ram.RamState;
import dev.ferry.tools.cli.Quantity;
import java.util.ArrayList;
import java.util.List;

/** What came back, against what was sent. QEMU migration/migration.c, source_return_path_thread. */
final class ReturnPathCheck implements Check {

    private final Verification verification;
    private final List<StreamItem.Command> pings = new ArrayList<>();
    private final List<StreamItem.Command> bitmapRequests = new ArrayList<>();

    /** Commands behind a section that nobody can read were not seen. */
    private boolean blind;

    ReturnPathCheck(Verification verification) {
        this.verification = verification;
    }

    @Override
    public void item(StreamItem item) {
        blind |= item instanceof StreamItem.Unreadable;
        if (item instanceof StreamItem.Command command) {
            if (command.id() == CommandId.PING) {
                pings.add(command);
            } else if (command.id() == CommandId.RECV_BITMAP) {
                bitmapRequests.add(command);
            }
        }
    }

    @Override
    public void end() {
        MigrationReader.Channel path = null;
        boolean recovered = false;
        for (MigrationReader.Channel channel : verification.reader().channels()) {
            if (channel.role() == ChannelRole.RETURN_PATH) {
                path = channel;
            }
            recovered |= channel.role() == ChannelRole.RECOVERED;
        }
        if (path == null) {
            return;
        }
        List<ReturnPathMessage> messages = verification.reader().returnPath();
        boolean shut = false;
        for (ReturnPathMessage message : messages) {
            Place at = new Place(path.name(), message.at(), "return path");
            switch (message) {
                case ReturnPathMessage.Shut end -> {
                    shut = true;
                    if (end.error() != 0) {
                        verification
                                .findings()
                                .error(at, "SHUT: the destination failed, code " + end.error());
                    }
                }
                case ReturnPathMessage.Pong pong -> pong(pong, at);
                case ReturnPathMessage.RequestPages request -> request(request, at);
                case ReturnPathMessage.ReceivedBitmap bitmap -> bitmap(bitmap, at);
                case ReturnPathMessage.ResumeAck ack -> {
                    if (ack.value() != 1) {
                        verification
                                .findings()
                                .error(at, "RESUME_ACK: expected 1, found " + ack.value());
                    }
                }
                case ReturnPathMessage.SwitchoverAck ack -> {}
            }
        }
        for (StreamItem.Command ping : pings) {
            // An answer may have been lost with a connection that broke.
            if (!recovered) {
                verification
                        .findings()
                        .warning(
                                verification.place(ping, "command PING"),
                                "no PONG came back for " + Quantity.hex(value(ping)));
            }
        }
        for (StreamItem.Command request : bitmapRequests) {
            verification
                    .findings()
                    .warning(
                            verification.place(request, "command RECV_BITMAP"),
                            "no bitmap came back");
        }
        if (!shut) {
            verification
                    .findings()
                    .warning(
                            new Place(path.name(), 0, "return path"),
                            "ends without SHUT: the recording is cut, or the destination died");
        }
    }

    private static long value(StreamItem.Command ping) {
        return ping.payload() instanceof CommandPayload.Ping payload ? payload.value() : -1;
    }

    private void pong(ReturnPathMessage.Pong pong, Place at) {
        for (int i = 0; i < pings.size(); i++) {
            if (value(pings.get(i)) == pong.value()) {
                pings.remove(i);
                return;
            }
        }
        if (!blind) {
            verification
                    .findings()
                    .error(at, "PONG " + Quantity.hex(pong.value()) + " answers no PING");
        }
    }

    private void bitmap(ReturnPathMessage.ReceivedBitmap bitmap, Place at) {
        for (int i = 0; i < bitmapRequests.size(); i++) {
            if (bitmapRequests.get(i).payload() instanceof CommandPayload.ReceivedBitmap asked
                    && asked.block().equals(bitmap.block())) {
                bitmapRequests.remove(i);
                return;
            }
        }
        verification
                .findings()
                .error(at, "RECV_BITMAP of block '" + bitmap.block() + "' was not asked for");
    }

    private void request(ReturnPathMessage.RequestPages request, Place at) {
        RamState ram = verification.reader().ram();
        RamBlock block = ram.block(request.block());
        if (block == null) {
            verification
                    .findings()
                    .error(
                            at,
                            "requested block '" + request.block() + "' is not in the block list");
            return;
        }
        int pageSize = Math.max(1, ram.pageSize());
        if (request.start() < 0
                || request.start() > block.usedLength()
                || request.length() > block.usedLength() - request.start()) {
            verification
                    .findings()
                    .error(
                            at,
                            "requested "
                                    + Quantity.hex(request.length())
                                    + " bytes at "
                                    + Quantity.hex(request.start())
                                    + " are not within "
                                    + block);
        } else if (request.start() % pageSize != 0 || request.length() % pageSize != 0) {
            verification
                    .findings()
                    .error(
                            at,
                            "requested "
                                    + Quantity.hex(request.length())
                                    + " bytes at "
                                    + Quantity.hex(request.start())
                                    + " are no whole pages");
        }
    }
}
