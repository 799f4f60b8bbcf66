package dev.ferry.stream.item;

/** Tag bytes between items. QEMU migration/savevm.h. */
public final class Tag {

    public static final int QEMU_VM_EOF = 0x00;
    public static final int QEMU_VM_SECTION_START = 0x01;
    public static final int QEMU_VM_SECTION_PART = 0x02;
    public static final int QEMU_VM_SECTION_END = 0x03;
    public static final int QEMU_VM_SECTION_FULL = 0x04;
    public static final int QEMU_VM_SUBSECTION = 0x05;
    public static final int QEMU_VM_VMDESCRIPTION = 0x06;
    public static final int QEMU_VM_CONFIGURATION = 0x07;
    public static final int QEMU_VM_COMMAND = 0x08;
    public static final int QEMU_VM_SECTION_FOOTER = 0x7e;

    /** First word of a stream: "QEVM". */
    public static final int QEMU_VM_FILE_MAGIC = 0x5145564d;

    /** The one version there is. */
    public static final int QEMU_VM_FILE_VERSION = 3;

    private Tag() {}
}
