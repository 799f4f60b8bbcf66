package dev.ferry.stream.dump;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;

/**
 * Writes the registers of all vCPUs as JSON, to go with a raw memory file: what a snapshot fuzzer
 * needs to run the guest on.
 *
 * <pre>{@code
 * {
 *   "format": "ferry-registers", "version": 1, "machine": "pc-q35-10.0",
 *   "memory": [ {"start": "0x0", "length": 655360, "kind": "ram", "block": "pc.ram"}, ... ],
 *   "evidence": [ "RAM below 4 GiB: ..." ],
 *   "cpus": [ {
 *     "index": 0, "halted": false, "longMode": true,
 *     "rax": "0x0", ... "r15", "rip", "rflags",
 *     "dr0", "dr1", "dr2", "dr3", "dr6", "dr7", "cr0", "cr2", "cr3", "cr4", "cr8", "xcr0",
 *     "es": {"present": true, "selector": "0x10", "base": "0x0", "limit": "0xffffffff",
 *            "attr": "0xc093"},
 *     "cs", "ss", "ds", "fs", "gs", "tr", "ldtr",
 *     "gdtr": {"base": "0x0", "limit": "0x17"}, "idtr",
 *     "fpcw", "fpsw", "fptw", "fpst": [ "0x3fff8000000000000000", ... ],
 *     "mxcsr", "mxcsr_mask",
 *     "zmm": [ {"q": [ "0x0", "0x0", "0x0", "0x0" ]}, ... ],
 *     "tsc", "apic_base", "sysenter_cs", "sysenter_esp", "sysenter_eip", "pat", "efer", "star",
 *     "lstar", "cstar", "sfmask", "kernel_gs_base", "tsc_aux",
 *     "msrs": { "0x174": "0x0", ... }
 *   } ]
 * }
 * }</pre>
 *
 * <p>Addresses and register contents are hexadecimal strings, lengths are numbers. The members of a
 * vCPU are called as in the {@code regs.json} that Windows snapshot fuzzers read: {@code attr} is
 * the descriptor's access rights (type in bits 0 to 3, S 4, DPL 5 to 6, P 7, AVL 12, L 13, D/B 14,
 * G 15), {@code fptw} the full tag word, {@code fpst} ST(0) to ST(7) of 80 bits each. {@code zmm}
 * has the 16 vector registers, lowest word first, as far as AVX goes. {@code msrs} has every model
 * specific register that the stream has, by number.
 */
public final class RegistersJson {

    private static final List<String> GENERAL =
            List.of(
                    "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10",
                    "r11", "r12", "r13", "r14", "r15");
    private static final List<String> SEGMENTS = List.of("es", "cs", "ss", "ds", "fs", "gs");

    private final JsonGenerator json;

    private RegistersJson(JsonGenerator json) {
        this.json = json;
    }

    /**
     * Writes the registers.
     *
     * @param out remains open
     */
    public static void write(GuestDump dump, OutputStream out) throws IOException {
        dump.firstCpu("registers");
        JsonFactory factory = new JsonFactory();
        factory.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        try (JsonGenerator json = factory.createGenerator(out)) {
            json.setPrettyPrinter(new DefaultPrettyPrinter());
            new RegistersJson(json).all(dump);
            json.writeRaw('\n');
        }
    }

    private void all(GuestDump dump) throws IOException {
        json.writeStartObject();
        json.writeStringField("format", "ferry-registers");
        json.writeNumberField("version", 1);
        json.writeStringField("machine", dump.machine());
        json.writeArrayFieldStart("memory");
        for (GuestRange range : RawMemoryWriter.ranges(dump.layout())) {
            json.writeStartObject();
            hex("start", range.start());
            json.writeNumberField("length", range.length());
            json.writeStringField(
                    "kind",
                    switch (range.kind()) {
                        case RAM -> "ram";
                        case ROM -> "rom";
                        case DEVICE -> "device";
                    });
            json.writeStringField("block", range.block().id());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("evidence");
        for (String sentence : dump.layout().evidence()) {
            json.writeString(sentence);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("cpus");
        for (CpuRegisters cpu : dump.cpus()) {
            cpu(cpu);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void cpu(CpuRegisters cpu) throws IOException {
        json.writeStartObject();
        json.writeNumberField("index", cpu.index());
        json.writeBooleanField("halted", cpu.halted());
        json.writeBooleanField("longMode", cpu.longMode());
        for (int i = 0; i < 16; i++) {
            hex(GENERAL.get(i), cpu.general(i));
        }
        hex("rip", cpu.rip());
        hex("rflags", cpu.rflags());
        for (int i = 0; i < 8; i++) {
            if (i != 4 && i != 5) {
                hex("dr" + i, cpu.debug().get(i));
            }
        }
        hex("cr0", cpu.cr0());
        hex("cr2", cpu.cr2());
        hex("cr3", cpu.cr3());
        hex("cr4", cpu.cr4());
        hex("cr8", cpu.cr8());
        hex("xcr0", cpu.xcr0());
        for (int i = 0; i < 6; i++) {
            segment(SEGMENTS.get(i), cpu.segments().get(i));
        }
        segment("tr", cpu.tr());
        segment("ldtr", cpu.ldt());
        table("gdtr", cpu.gdt());
        table("idtr", cpu.idt());
        floatingPoint(cpu);
        msrs(cpu);
        json.writeEndObject();
    }

    private void segment(String name, Segment segment) throws IOException {
        json.writeObjectFieldStart(name);
        json.writeBooleanField("present", (segment.flags() & 1 << 15) != 0);
        hex("selector", segment.selector());
        hex("base", segment.base());
        hex("limit", segment.limit());
        hex("attr", segment.flags() >> 8 & 0xf0ff);
        json.writeEndObject();
    }

    private void table(String name, Segment table) throws IOException {
        json.writeObjectFieldStart(name);
        hex("base", table.base());
        hex("limit", table.limit());
        json.writeEndObject();
    }

    private void floatingPoint(CpuRegisters cpu) throws IOException {
        FloatingPoint x87 = cpu.x87();
        hex("fpcw", x87.control());
        hex("fpsw", x87.status());
        hex("fptw", x87.tagWord());
        json.writeArrayFieldStart("fpst");
        for (int i = 0; i < 8; i++) {
            int physical = x87.physical(i);
            String mantissa = Long.toHexString(x87.mantissas().get(physical));
            json.writeString(
                    "0x"
                            + Integer.toHexString(x87.exponents().get(physical))
                            + "0".repeat(16 - mantissa.length())
                            + mantissa);
        }
        json.writeEndArray();
        hex("mxcsr", cpu.mxcsr());
        hex("mxcsr_mask", 0xffff);
        json.writeArrayFieldStart("zmm");
        for (List<Long> vector : cpu.vectors()) {
            json.writeStartObject();
            json.writeArrayFieldStart("q");
            for (long word : vector) {
                json.writeString("0x" + Long.toHexString(word));
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void msrs(CpuRegisters cpu) throws IOException {
        hex("tsc", cpu.msr(Msr.TSC));
        hex("apic_base", cpu.msr(Msr.APIC_BASE));
        hex("sysenter_cs", cpu.msr(Msr.SYSENTER_CS));
        hex("sysenter_esp", cpu.msr(Msr.SYSENTER_ESP));
        hex("sysenter_eip", cpu.msr(Msr.SYSENTER_EIP));
        hex("pat", cpu.msr(Msr.PAT));
        hex("efer", cpu.msr(Msr.EFER));
        hex("star", cpu.msr(Msr.STAR));
        hex("lstar", cpu.msr(Msr.LSTAR));
        hex("cstar", cpu.msr(Msr.CSTAR));
        hex("sfmask", cpu.msr(Msr.FMASK));
        hex("kernel_gs_base", cpu.msr(Msr.KERNEL_GS_BASE));
        hex("tsc_aux", cpu.msr(Msr.TSC_AUX));
        json.writeObjectFieldStart("msrs");
        for (Map.Entry<Long, Long> msr : cpu.msrs().entrySet()) {
            hex("0x" + Long.toHexString(msr.getKey()), msr.getValue());
        }
        json.writeEndObject();
    }

    private void hex(String name, long value) throws IOException {
        json.writeStringField(name, "0x" + Long.toHexString(value));
    }
}
