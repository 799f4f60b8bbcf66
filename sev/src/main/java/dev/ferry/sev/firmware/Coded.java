package dev.ferry.sev.firmware;

/** A state with a small number, so that sets of them are the bits of a word. */
interface Coded {

    /** 0 to 31. */
    int code();

    /** The bit that stands for it. */
    default int bit() {
        return 1 << code();
    }
}
