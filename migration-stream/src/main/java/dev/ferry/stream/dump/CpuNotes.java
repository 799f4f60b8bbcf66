package dev.ferry.stream.dump;

import java.io.ByteArrayOutputStream;
import java.util.List;

/**
 * The notes of a dump: for each vCPU a CORE note of type NT_PRSTATUS, then for each one a QEMU
 * note, then the guest's own.
 *
 * <pre>
 *  u32 length of the name with its NUL, u32 length of the content, u32 type
 *  name, padded to a multiple of 4
 *  content, padded likewise
 * </pre>
 *
 * Little endian. QEMU target/i386/arch_dump.c.
 */
final class CpuNotes {

    private static final int NT_PRSTATUS = 1;
    private static final int HEAD = 12;
    private static final int NAME = 8;
    private static final int PRSTATUS64 = 336;
    private static final int PRSTATUS32 = 144;
    private static final int QEMU_STATE = 440;
    private static final int QEMU_VERSION = 1;

    private CpuNotes() {}

    /** The vCPUs' notes. */
    static byte[] of(GuestDump dump) {
        List<CpuRegisters> cpus = dump.cpus();
        // The first one decides, as in QEMU: a file has one form.
        boolean wide = !cpus.isEmpty() && cpus.getFirst().longMode();
        ByteArrayOutputStream notes = new ByteArrayOutputStream();
        for (CpuRegisters cpu : cpus) {
            notes.writeBytes(wide ? status64(cpu) : status32(cpu));
        }
        for (CpuRegisters cpu : cpus) {
            notes.writeBytes(qemu(cpu));
        }
        return notes.toByteArray();
    }

    private static LittleEndian note(String name, int type, int length) {
        return new LittleEndian(HEAD + NAME + length)
                .u32(name.length() + 1)
                .u32(length)
                .u32(type)
                .ascii(name)
                .at(HEAD + NAME);
    }

    /** {@code struct elf_prstatus} of x86-64. */
    private static byte[] status64(CpuRegisters cpu) {
        int start = HEAD + NAME;
        LittleEndian note = note("CORE", NT_PRSTATUS, PRSTATUS64);
        note.at(start + 32).u32(cpu.index() + 1).at(start + 112);
        for (int register : new int[] {15, 14, 13, 12, 5, 3, 11, 10, 9, 8, 0, 1, 2, 6, 7}) {
            note.u64(cpu.general(register));
        }
        note.u64(0).u64(cpu.rip()).u64(cpu.cs().selector()).u64(cpu.rflags());
        note.u64(cpu.general(4)).u64(cpu.ss().selector());
        note.u64(cpu.fs().base()).u64(cpu.gs().base());
        note.u64(cpu.ds().selector()).u64(cpu.es().selector());
        return note.u64(cpu.fs().selector()).u64(cpu.gs().selector()).array();
    }

    /** {@code struct elf_prstatus} of i386. */
    private static byte[] status32(CpuRegisters cpu) {
        int start = HEAD + NAME;
        LittleEndian note = note("CORE", NT_PRSTATUS, PRSTATUS32);
        note.at(start + 24).u32(cpu.index() + 1).at(start + 72);
        for (int register : new int[] {3, 1, 2, 6, 7, 5, 0}) {
            note.u32(cpu.general(register));
        }
        note.u32(cpu.ds().selector()).u32(cpu.es().selector());
        note.u32(cpu.fs().selector()).u32(cpu.gs().selector());
        note.u32(0).u32(cpu.rip()).u32(cpu.cs().selector()).u32(cpu.rflags());
        return note.u32(cpu.general(4)).u32(cpu.ss().selector()).array();
    }

    /** {@code struct QEMUCPUState}. */
    private static byte[] qemu(CpuRegisters cpu) {
        LittleEndian note = note("QEMU", 0, QEMU_STATE);
        note.u32(QEMU_VERSION).u32(QEMU_STATE);
        for (int register : new int[] {0, 3, 1, 2, 6, 7, 4, 5}) {
            note.u64(cpu.general(register));
        }
        for (int register = 8; register < 16; register++) {
            note.u64(cpu.general(register));
        }
        note.u64(cpu.rip()).u64(cpu.rflags());
        segment(note, cpu.cs());
        segment(note, cpu.ds());
        segment(note, cpu.es());
        segment(note, cpu.fs());
        segment(note, cpu.gs());
        segment(note, cpu.ss());
        segment(note, cpu.ldt());
        segment(note, cpu.tr());
        segment(note, cpu.gdt());
        segment(note, cpu.idt());
        note.u64(cpu.cr0()).u64(0).u64(cpu.cr2()).u64(cpu.cr3()).u64(cpu.cr4());
        return note.u64(cpu.msr(Msr.KERNEL_GS_BASE)).array();
    }

    private static void segment(LittleEndian note, Segment segment) {
        note.u32(segment.selector()).u32(segment.limit()).u32(segment.flags()).u32(0);
        note.u64(segment.base());
    }
}
