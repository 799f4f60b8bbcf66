package dev.ferry.stream.item;

import dev.ferry.stream.vmstate.DeviceDescription;
import dev.ferry.stream.vmstate.DeviceState;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What a section held. */
public sealed interface SectionBody {

    /** Guest memory; what came is in the reader's RAM statistics. */
    record Ram() implements SectionBody {}

    /**
     * A device's state. Its length was enough to pass over it; what it says is decoded when asked
     * for, while the reader is open.
     */
    final class Device implements SectionBody {

        /** Decodes the state on demand. */
        @FunctionalInterface
        public interface Decoder {
            DeviceState decode() throws IOException;
        }

        /** Finds the description on demand. */
        @FunctionalInterface
        public interface Describer {
            DeviceDescription describe() throws IOException;
        }

        private final long offset;
        private final long length;
        private final Decoder decoder;
        private final Describer describer;
        private @Nullable DeviceState state;

        public Device(long offset, long length, Decoder decoder, Describer describer) {
            this.offset = offset;
            this.length = length;
            this.decoder = decoder;
            this.describer = describer;
        }

        /** A state that was decoded already. */
        public static Device of(DeviceState state, DeviceDescription description) {
            return new Device(state.offset(), state.length(), () -> state, () -> description);
        }

        /** Stream offset of the state's first byte. */
        public long offset() {
            return offset;
        }

        /** Bytes of state, without the section's header and footer. */
        public long length() {
            return length;
        }

        /**
         * What the state looks like: as the stream's own description tells it, or as one would.
         *
         * @throws dev.ferry.stream.MalformedStreamException if the stream's description is no good
         */
        public DeviceDescription description() throws IOException {
            return describer.describe();
        }

        /**
         * The state, decoded.
         *
         * @throws dev.ferry.stream.MalformedStreamException if it is not as described
         */
        public DeviceState state() throws IOException {
            if (state == null) {
                state = decoder.decode();
            }
            return state;
        }
    }

    /**
     * Data of a handler that has a format of its own.
     *
     * @param kind what it is: {@code dirty bitmaps}, {@code disk blocks}, ...
     * @param records records in this section, the end mark not counted
     * @param payloadBytes bytes of content
     */
    record Live(String kind, long records, long payloadBytes) implements SectionBody {}
}
