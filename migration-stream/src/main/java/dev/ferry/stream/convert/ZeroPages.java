package dev.ferry.stream.convert;

/** How pages of zeros are written. */
public enum ZeroPages {
    /** Not at all: a fresh destination has zeros, a file a hole. */
    SKIP,
    /** In the shortest form the format has; where it has none, as {@link #SKIP}. */
    MARK,
    /** Like any other page. */
    DATA
}
