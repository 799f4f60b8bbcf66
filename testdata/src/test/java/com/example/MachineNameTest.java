package com.example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ferry.testdata.CaptureKind;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.junit.FixtureSource;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;

/** Finds the machine type at the start of a stream and checks it against the metadata. */
class MachineNameTest {
    private static final int QEMU_VM_FILE_MAGIC = 0x5145564d;
    private static final int QEMU_VM_CONFIGURATION = 0x07;

    @ParameterizedTest
    @FixtureSource(
            kind = {CaptureKind.TCP, CaptureKind.FILE},
            // One stream starts 4 KiB into its file, the other two have no configuration section.
            exclude = {"mapped-ram-offset-*", "pc-1.7-*", "nofooter-noconfig-*"})
    void streamBeginsWithItsMachineType(Fixture fixture) throws IOException {
        try (DataInputStream in = new DataInputStream(fixture.channels().main().open())) {
            assertEquals(QEMU_VM_FILE_MAGIC, in.readInt());
            assertEquals(3, in.readInt(), "version");
            assertEquals(QEMU_VM_CONFIGURATION, in.readUnsignedByte());
            String machine = new String(in.readNBytes(in.readInt()), StandardCharsets.US_ASCII);
            assertEquals(
                    fixture.metadata()
                            .at("/observed_by_independent_reader/configuration/machine")
                            .asText(),
                    machine);
        }
    }
}
