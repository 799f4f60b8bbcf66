package dev.ferry.testdata;

/**
 * One thing the recorder saw while it stood between two QEMUs.
 *
 * @param channel in the order in which the source connected
 * @param type what happened
 * @param bytes how many bytes passed; 0 for events without bytes
 */
public record ChannelEvent(int channel, Type type, long bytes) {

    /** What happened on a channel. */
    public enum Type {
        /** The source connected. */
        OPEN("open"),
        /** Bytes went from the source to the destination. */
        FORWARD("fwd"),
        /** Bytes came back. */
        REVERSE("rev"),
        /** The source sent its last byte. */
        FORWARD_CLOSED("fwd-closed"),
        /** The destination sent its last byte. */
        REVERSE_CLOSED("rev-closed"),
        /** The recorder broke the connection. */
        CUT("cut");

        private final String word;

        Type(String word) {
            this.word = word;
        }

        static Type of(String word) {
            for (Type type : values()) {
                if (type.word.equals(word)) {
                    return type;
                }
            }
            throw new IllegalArgumentException("channel event: unknown word '" + word + "'");
        }
    }
}
