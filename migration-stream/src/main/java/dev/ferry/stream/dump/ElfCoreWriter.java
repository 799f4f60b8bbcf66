package dev.ferry.stream.dump;

import dev.ferry.stream.UnsupportedStreamException;
import dev.ferry.stream.ram.PositionalPageWriter;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.Optional;

/**
 * Writes an ELF core file as QEMU's {@code dump-guest-memory} does without paging: file header,
 * section headers, program headers, notes, memory, section names. Each range of guest-physical
 * memory is one PT_LOAD, with its guest-physical address as both addresses. QEMU dump/dump.c.
 *
 * <p>The guest's own note VMCOREINFO is the last one. If the guest did not tell where it is, it is
 * looked for while memory is written; there is room left for it. Memory begins at a multiple of 4
 * KiB, so that zero pages can be holes.
 *
 * <p>The class is ELFCLASS64 if the first vCPU is in long mode or memory reaches 4 GiB (where the
 * firmware ends, if it is not in flash memory); the machine is x86-64 in long mode, else i386.
 */
public final class ElfCoreWriter {

    private static final int ET_CORE = 4;
    private static final int EM_386 = 3;
    private static final int EM_X86_64 = 62;
    private static final int PT_LOAD = 1;
    private static final int PT_NOTE = 4;
    private static final int SHT_STRTAB = 3;
    private static final int PN_XNUM = 0xffff;
    private static final int ALIGNMENT = 4096;
    private static final String SECTION_NAMES = "\0.shstrtab\0";

    private final List<GuestRange> ranges;
    private final boolean longMode;
    private final boolean wide;
    private final byte[] notes;

    private ElfCoreWriter(GuestDump dump) throws UnsupportedStreamException {
        ranges = dump.layout().ranges();
        longMode = dump.firstCpu("ELF core").longMode();
        wide = dump.wide();
        notes = CpuNotes.of(dump);
    }

    /**
     * Writes a core file.
     *
     * @param file empty and writable; remains open. Where memory is zero it gets holes.
     * @return the file's length, which may be greater than what was written
     * @throws UnsupportedStreamException if the guest has no x86 CPU, or memory of it is encrypted
     */
    public static long write(GuestDump dump, FileChannel file) throws IOException {
        return new ElfCoreWriter(dump).writeTo(dump, file);
    }

    private int fileHeaderSize() {
        return wide ? 64 : 52;
    }

    private int sectionHeaderSize() {
        return wide ? 64 : 40;
    }

    private int programHeaderSize() {
        return wide ? 56 : 32;
    }

    private long writeTo(GuestDump dump, FileChannel file) throws IOException {
        Optional<GuestNote> note = GuestNote.told(dump);
        int headers = ranges.size() + 1;
        int sectionHeadersAt = fileHeaderSize();
        int programHeadersAt = sectionHeadersAt + 2 * sectionHeaderSize();
        int notesAt = programHeadersAt + headers * programHeaderSize();
        int room = notes.length + note.map(n -> n.bytes().length).orElse(GuestNote.ROOM);
        long[] offsets = new long[ranges.size()];
        long at = (notesAt + room + ALIGNMENT - 1L) & -ALIGNMENT;
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = at;
            at += ranges.get(i).length();
        }
        try (PositionalPageWriter pages =
                new PositionalPageWriter(file, new RangePlacement(ranges, offsets))) {
            NoteScan scan = new NoteScan(pages);
            dump.pages().transfer(note.isPresent() ? pages : scan);
            note = note.or(() -> GuestNote.seen(scan, dump.layout()));
        }
        byte[] guest = note.map(GuestNote::bytes).orElse(new byte[0]);
        LittleEndian head = new LittleEndian(notesAt + notes.length + guest.length);
        fileHeader(head, programHeadersAt, sectionHeadersAt, headers);
        sectionHeaders(head.at(sectionHeadersAt), headers, at);
        programHeader(head, PT_NOTE, notesAt, 0, notes.length + guest.length);
        for (int i = 0; i < offsets.length; i++) {
            GuestRange range = ranges.get(i);
            programHeader(head, PT_LOAD, offsets[i], range.start(), range.length());
        }
        head.raw(notes).raw(guest).write(file, 0);
        new LittleEndian(SECTION_NAMES.length()).ascii(SECTION_NAMES).write(file, at);
        return at + SECTION_NAMES.length();
    }

    private void fileHeader(LittleEndian head, long programs, long sections, int headers) {
        head.u8(0x7f).ascii("ELF").u8(wide ? 2 : 1).u8(1).u8(1).at(16);
        head.u16(ET_CORE).u16(longMode ? EM_X86_64 : EM_386).u32(1);
        head.word(wide, 0).word(wide, programs).word(wide, sections).u32(0);
        head.u16(fileHeaderSize()).u16(programHeaderSize()).u16(Math.min(headers, PN_XNUM));
        head.u16(sectionHeaderSize()).u16(2).u16(1);
    }

    /** The first one holds the number of program headers if that is too great for the header. */
    private void sectionHeaders(LittleEndian head, int headers, long namesAt) {
        head.u32(0).u32(0).word(wide, 0).word(wide, 0).word(wide, 0).word(wide, 0);
        head.u32(0).u32(headers >= PN_XNUM ? headers : 0).word(wide, 0).word(wide, 0);
        head.u32(1).u32(SHT_STRTAB).word(wide, 0).word(wide, 0).word(wide, namesAt);
        head.word(wide, SECTION_NAMES.length());
        head.u32(0).u32(0).word(wide, 0).word(wide, 0);
    }

    private void programHeader(
            LittleEndian head, int type, long offset, long address, long length) {
        head.u32(type);
        if (wide) {
            head.u32(0);
        }
        head.word(wide, offset).word(wide, address).word(wide, address);
        head.word(wide, length).word(wide, length);
        if (!wide) {
            head.u32(0);
        }
        head.word(wide, 0);
    }
}
