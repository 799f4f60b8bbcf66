package dev.ferry.sev.firmware;

/**
 * Where a transport packet is on the host: its header and its ciphertext, each in an array of the
 * caller's. Made once and pointed at packet after packet by {@link #at}; for one thread at a time.
 */
public final class PacketBuffer {

    /** Bytes of a packet header. */
    public static final int HEADER_BYTES = 52;

    private final byte[] header;
    private final byte[] data;
    private int headerAt;
    private int headerLength;
    private int dataAt;
    private int dataLength;

    private PacketBuffer(byte[] header, byte[] data) {
        this.header = header;
        this.data = data;
        this.headerLength = header.length;
        this.dataLength = data.length;
    }

    /** Over the whole of two arrays, which are kept, not copied. */
    public static PacketBuffer over(byte[] header, byte[] data) {
        return new PacketBuffer(header, data);
    }

    /** With arrays of its own: a header and room for that much data. */
    public static PacketBuffer allocate(int dataBytes) {
        return new PacketBuffer(new byte[HEADER_BYTES], new byte[dataBytes]);
    }

    /**
     * Points it at the next packet. What lies outside the arrays is refused by the command, as a
     * wrong address.
     */
    public PacketBuffer at(int headerAt, int headerLength, int dataAt, int dataLength) {
        this.headerAt = headerAt;
        this.headerLength = headerLength;
        this.dataAt = dataAt;
        this.dataLength = dataLength;
        return this;
    }

    /** The array that holds the header. */
    public byte[] header() {
        return header;
    }

    /** The array that holds the data. */
    public byte[] data() {
        return data;
    }

    /** Where the header begins in its array. */
    public int headerAt() {
        return headerAt;
    }

    /** Room for the header. */
    public int headerLength() {
        return headerLength;
    }

    /** Where the data begins in its array. */
    public int dataAt() {
        return dataAt;
    }

    /** Room for the data, or its length. */
    public int dataLength() {
        return dataLength;
    }

    boolean headerInside(int bytes) {
        return headerAt >= 0 && headerAt <= header.length - bytes;
    }

    boolean dataInside(int bytes) {
        return dataAt >= 0 && dataAt <= data.length - bytes;
    }
}
