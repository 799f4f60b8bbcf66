package dev.ferry.stream.item;

/** Tag bytes between items. QEMU migration/savevm.h. */
public final class Tag {

    /** End of the items. */
    public static final int QEMU_VM_EOF = 0x00;

    /** First part of a live section. */
    public static final int QEMU_VM_SECTION_START = 0x01;

    /** A further part. */
    public static final int QEMU_VM_SECTION_PART = 0x02;

    /** The last part. */
    public static final int QEMU_VM_SECTION_END = 0x03;

    /** All of a device. */
    public static final int QEMU_VM_SECTION_FULL = 0x04;

    /** Inside a device or the configuration only. */
    public static final int QEMU_VM_SUBSECTION = 0x05;

    /** The description, behind the end. */
    public static final int QEMU_VM_VMDESCRIPTION = 0x06;

    /** The configuration, behind the header. */
    public static final int QEMU_VM_CONFIGURATION = 0x07;

    /** A command. */
    public static final int QEMU_VM_COMMAND = 0x08;

    /** Footer of a section. */
    public static final int QEMU_VM_SECTION_FOOTER = 0x7e;

    /** First word of a stream: "QEVM". */
    public static final int QEMU_VM_FILE_MAGIC = 0x5145564d;

    /** The one version there is. */
    public static final int QEMU_VM_FILE_VERSION = 3;

    private Tag() {}
}
