package dev.ferry.stream.container;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Formats that are no migration stream but may be taken for one, to be called by their name. */
enum ForeignFormat {
    ELF("an ELF file, perhaps a core written by dump-guest-memory", "\u007fELF"),
    MULTIFD("a further multifd channel; it belongs to a main channel", "\u0011\"3D"),
    KDUMP("a kdump-compressed core", "KDUMP   "),
    MAKEDUMPFILE("a flattened kdump-compressed core", "makedump"),
    LIME("a LiME memory image", "EMiL"),
    WINDOWS_DUMP("a Windows crash dump", "PAGEDU"),
    VMDK("a VMDK disk image", "KDMV"),
    VHDX("a VHDX disk image", "vhdxfile"),
    QED("a QED disk image", "QED\0"),
    LUKS("a LUKS-encrypted volume", "LUKS\u00ba\u00be"),
    ZIP("a ZIP archive", "PK\u0003\u0004"),
    SEVEN_ZIP("a 7z archive", "7z\u00bc\u00af'\u001c"),
    LZ4("LZ4 data", "\u0004\"M\u0018"),
    LZIP("lzip data", "LZIP"),
    LZMA("data in the old .lzma format", "]\0\0"),
    COMPRESS("data of the old compress tool", "\u001f\u009d"),
    JSON("JSON text", "{"),
    XML("XML text", "<");

    private static final ForeignFormat[] ALL = values();

    private final String description;
    private final String magic;

    ForeignFormat(String description, String magic) {
        this.description = description;
        this.magic = magic;
    }

    String description() {
        return description;
    }

    /** What begins at the next byte of {@code in}; null for none of these. */
    static @Nullable ForeignFormat next(Lookahead in) throws IOException {
        for (ForeignFormat format : ALL) {
            if (in.startsWith(format.magic)) {
                return format;
            }
        }
        return null;
    }
}
