package dev.ferry.stream.postcopy;

import dev.ferry.stream.Limits;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.io.WireOutput;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Reads a recorded return path and writes the same messages again. */
public final class ReturnPathRecoder {

    private ReturnPathRecoder() {}

    /**
     * Writes all of {@code in} to {@code out}, byte for byte, and flushes it.
     *
     * @throws dev.ferry.stream.StreamException if the recording is damaged
     */
    public static void recode(WireInput in, WireOutput out, Limits limits) throws IOException {
        ReturnPathWriter writer = new ReturnPathWriter(out);
        ReturnPathReader reader = new ReturnPathReader(in, limits, new Bitmaps(writer));
        for (ReturnPathMessage m = reader.next(); m != null; m = reader.next()) {
            if (!(m instanceof ReturnPathMessage.ReceivedBitmap)) {
                writer.message(m);
            }
        }
        out.flush();
    }

    private record Bitmaps(ReturnPathWriter writer) implements BitmapListener {
        @Override
        public void begin(String block, long bytes) throws IOException {
            writer.message(new ReturnPathMessage.ReceivedBitmap(0, block, bytes, 0));
        }

        @Override
        public void piece(ByteBuffer piece) throws IOException {
            writer.bitmap(piece);
        }
    }
}
