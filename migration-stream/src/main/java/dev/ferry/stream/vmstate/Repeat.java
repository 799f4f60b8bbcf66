package dev.ferry.stream.vmstate;

/** How often a described field stands on the wire, and which elements of an array it is. */
public sealed interface Repeat {

    /** A single value. */
    Repeat ONCE = new Once();

    /** A single value; described without an array key. */
    record Once() implements Repeat {}

    /**
     * A run of array elements described once ({@code array_len}).
     *
     * @param length how many elements follow each other on the wire; the field's size is that of
     *     one element
     */
    record Array(int length) implements Repeat {}

    /**
     * One element of an array whose elements are described one by one ({@code index}).
     *
     * @param index the element's place in the array, from 0
     */
    record Element(int index) implements Repeat {}
}
