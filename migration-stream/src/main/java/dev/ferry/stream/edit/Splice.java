package dev.ferry.stream.edit;

/**
 * One stretch of a stream that is replaced.
 *
 * @param offset of its first byte
 * @param length how many bytes go; 0 only inserts
 * @param bytes what takes their place; not to be changed
 * @param what what it is for, as in messages
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Splice(long offset, long length, byte[] bytes, String what) {

    long end() {
        return offset + length;
    }
}
