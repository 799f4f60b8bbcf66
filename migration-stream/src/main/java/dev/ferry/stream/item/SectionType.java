package dev.ferry.stream.item;

/** The four kinds of section. QEMU migration/savevm.h. */
public enum SectionType {
    /** First part of a live section; binds the section id to a name. */
    START(0x01, "start"),
    /** A further part. */
    PART(0x02, "part"),
    /** The last part. */
    END(0x03, "end"),
    /** All of a device in one section; binds the section id too. */
    FULL(0x04, "full");

    private final int code;
    private final String key;

    SectionType(int code, String key) {
        this.code = code;
        this.key = key;
    }

    /** The tag byte. */
    public int code() {
        return code;
    }

    /** The kind's name in JSON. */
    public String key() {
        return key;
    }

    /** Whether sections of this kind name themselves. */
    public boolean named() {
        return this == START || this == FULL;
    }
}
