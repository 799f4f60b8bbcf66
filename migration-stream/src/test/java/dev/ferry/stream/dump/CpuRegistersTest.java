package dev.ferry.stream.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ferry.stream.MigrationReader;
import dev.ferry.stream.ReaderOptions;
import dev.ferry.stream.Recordings;
import dev.ferry.stream.convert.SavedVm;
import dev.ferry.stream.item.SectionBody;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.junit.FixtureSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;

class CpuRegistersTest {

    @TempDir private Path directory;

    private CpuRegisters first() throws IOException {
        try (SavedVm vm = LongModeGuest.read(directory)) {
            return Guests.dump(vm).cpus().getFirst();
        }
    }

    @Test
    void everyRegisterIsWhatTheGuestPutThere() throws IOException {
        CpuRegisters cpu = first();
        assertTrue(cpu.longMode());
        assertTrue(cpu.halted());
        assertEquals(0x0101010101010101L, cpu.general(0));
        assertEquals(0x0303030303030303L, cpu.general(1));
        assertEquals(0x0404040404040404L, cpu.general(2));
        assertEquals(0x0202020202020202L, cpu.general(3));
        assertEquals(0x8000, cpu.general(4));
        assertEquals(0x0707070707070707L, cpu.general(5));
        assertEquals(0x0505050505050505L, cpu.general(6));
        assertEquals(0x0606060606060606L, cpu.general(7));
        assertEquals(0x0808080808080808L, cpu.general(8));
        assertEquals(0x1515151515151515L, cpu.general(15));
        assertEquals(8, cpu.cs().selector());
        assertEquals(0x00af9b00, cpu.cs().flags());
        assertEquals(16, cpu.ss().selector());
        assertEquals(0x55_1122_3344L, cpu.fs().base());
        assertEquals(0xffff_8000_6677_8899L, cpu.gs().base());
        assertEquals(0x5000, cpu.tr().base());
        assertEquals(0x67, cpu.tr().limit());
        assertEquals(0x6000, cpu.idt().base());
        assertEquals(0x7ff, cpu.idt().limit());
        assertEquals(0x27, cpu.gdt().limit());
        assertEquals(0x1000, cpu.cr3());
        assertEquals(0x123456789abcdef0L, cpu.cr2());
        assertEquals(0x620, cpu.cr4());
        assertEquals(0x123456789abcdef0L, cpu.debug().getFirst());
        assertEquals(0x400, cpu.debug().get(7));
        assertEquals(0x501, cpu.msr(Msr.EFER));
        assertEquals(0x0013_0008_0000_0000L, cpu.msr(Msr.STAR));
        assertEquals(0xffff_ffff_8100_0000L, cpu.msr(Msr.LSTAR));
        assertEquals(0x10, cpu.msr(Msr.SYSENTER_CS));
        assertEquals(0xffff_ffee_aabb_ccddL, cpu.msr(Msr.KERNEL_GS_BASE));
        assertEquals(cpu.fs().base(), cpu.msr(Msr.FS_BASE));
        assertEquals(0xfee0_0900L, cpu.msr(Msr.APIC_BASE));
        assertEquals(
                List.of(0x123456789abcdef0L, 0x123456789abcdef0L, 0L, 0L),
                cpu.vectors().getFirst());
        assertEquals(List.of(0x0fedcba987654321L, 0L, 0L, 0L), cpu.vectors().get(15));
    }

    @Test
    void floatingPointStackBeginsAtItsTop() throws IOException {
        FloatingPoint x87 = first().x87();
        // FLD1, then FLDPI: pi is ST(0), one is ST(1).
        assertEquals(0xc90fdaa22168c235L, x87.mantissas().get(x87.physical(0)));
        assertEquals(0x4000, x87.exponents().get(x87.physical(0)));
        assertEquals(0x8000000000000000L, x87.mantissas().get(x87.physical(1)));
        assertEquals(0x3fff, x87.exponents().get(x87.physical(1)));
        assertEquals(0x0fff, x87.tagWord());
    }

    @Test
    void jsonHasThemUnderTheNamesThatFuzzersUse() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (SavedVm vm = LongModeGuest.read(directory)) {
            RegistersJson.write(Guests.dump(vm), out);
        }
        JsonNode json = new ObjectMapper().readTree(out.toByteArray());
        assertEquals("ferry-registers", json.path("format").asText());
        assertEquals("pc-q35-10.0", json.path("machine").asText());
        assertEquals(2, json.path("cpus").size());
        assertTrue(json.path("memory").size() > 2);
        assertFalse(json.path("evidence").isEmpty());
        JsonNode cpu = json.path("cpus").path(0);
        assertEquals("0x101010101010101", cpu.path("rax").asText());
        assertEquals("0x551122", cpu.at("/fs/base").asText().substring(0, 8));
        assertEquals("0xa09b", cpu.at("/cs/attr").asText());
        assertTrue(cpu.at("/cs/present").asBoolean());
        assertEquals("0x27", cpu.at("/gdtr/limit").asText());
        assertEquals("0x4000c90fdaa22168c235", cpu.at("/fpst/0").asText());
        assertEquals("0x123456789abcdef0", cpu.at("/zmm/0/q/1").asText());
        assertEquals("0x501", cpu.path("efer").asText());
        assertEquals("0x501", cpu.at("/msrs/0xc0000080").asText());
        assertFalse(cpu.path("dr6").isMissingNode());
        assertFalse(json.path("cpus").path(1).path("longMode").asBoolean());
    }

    @ParameterizedTest
    @FixtureSource(target = "x86_64")
    void everyCaptureHasTheRegistersOfAllItsCpus(Fixture fixture) throws IOException {
        GuestEvidence evidence = new GuestEvidence();
        long sections = 0;
        try (MigrationReader reader = Recordings.open(fixture, ReaderOptions.DEFAULT)) {
            for (StreamItem item : Recordings.items(reader)) {
                evidence.item(item);
                if (item instanceof StreamItem.Section section
                        && section.body() instanceof SectionBody.Device
                        && section.name().equals("cpu")) {
                    sections++;
                }
            }
        }
        List<CpuRegisters> cpus = evidence.cpus();
        assertEquals(sections, cpus.size());
        for (int i = 0; i < cpus.size(); i++) {
            CpuRegisters cpu = cpus.get(i);
            assertEquals(i, cpu.index());
            assertEquals(2, cpu.rflags() & 2, "the bit that is always set");
            assertNotEquals(0, cpu.cs().limit());
            assertEquals(0x400, cpu.debug().get(7) & 0x400);
            assertEquals(0x0007_0406_0007_0406L, cpu.msr(Msr.PAT));
            assertEquals(0x37f, cpu.x87().control());
            assertEquals(0x1f80, cpu.mxcsr());
        }
    }
}
