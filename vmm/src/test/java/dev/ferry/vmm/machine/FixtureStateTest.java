package dev.ferry.vmm.machine;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.ferry.stream.convert.SavedSection;
import dev.ferry.stream.convert.SavedVm;
import dev.ferry.stream.vmstate.VmStateValue.BytesValue;
import dev.ferry.stream.vmstate.VmStateValue.IntegerValue;
import dev.ferry.stream.vmstate.VmStateValue.StructValue;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.junit.FixtureSource;
import dev.ferry.vmm.device.DeviceSection;
import java.io.IOException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;

/** Real QEMU's state goes into the models and comes out again as it was. */
final class FixtureStateTest {

    @ParameterizedTest
    @FixtureSource(
            target = "x86_64",
            exclude = {"ignore-shared-*", "none-*"})
    void everySectionComesOutAsItWent(Fixture fixture) throws IOException {
        try (SavedVm vm = SavedFixtures.open(fixture)) {
            MachineConfig config = new MachineConfig(new StandingAccelerator());
            // Streams of old machine types do not tell which they are.
            String line = fixture.metadata().path("command_line").toString();
            int at = line.indexOf("\"-machine\",\"pc-");
            if (at >= 0) {
                int start = at + "\"-machine\",\"".length();
                config.machine = line.substring(start).split("[\",]", 2)[0];
            }
            long wall = guestTime(vm);
            config.wallClock = () -> wall / 1_000_000;
            config.ticker = () -> 0;
            try (Machine machine = Machine.load(vm, config)) {
                List<DeviceSection> saved = machine.saveDevices(machine.savedState());
                List<SavedSection> expected = new ArrayList<>(vm.early());
                expected.addAll(vm.devices());
                assertEquals(
                        expected.stream().map(SavedSection::name).toList(),
                        saved.stream().map(DeviceSection::name).toList());
                List<Executable> checks = new ArrayList<>();
                for (int i = 0; i < saved.size(); i++) {
                    checks.add(same(expected.get(i), saved.get(i)));
                }
                assertAll(checks);
            }
        }
    }

    private static Executable same(SavedSection expected, DeviceSection saved) {
        String name = expected.name() + " #" + expected.instance();
        HexFormat hex = HexFormat.of();
        return () -> {
            assertEquals(expected.description().layout(), saved.layout(), name);
            assertEquals(hex.formatHex(expected.body().bytes()), hex.formatHex(saved.body()), name);
            assertEquals(expected.instance(), saved.instance(), name);
            assertEquals(expected.version(), saved.version(), name);
        };
    }

    /** The host's time at which the RTC showed what it has in its registers, ns since 1970. */
    private static long guestTime(SavedVm vm) throws IOException {
        SavedSection section = vm.device("mc146818rtc", 0);
        if (section == null) {
            return 0;
        }
        StructValue root = section.state().root();
        byte[] cmos = ((BytesValue) value(root, "cmos_data")).bytes();
        LocalDateTime shown =
                LocalDateTime.of(
                        2000 + bcd(cmos[9]),
                        bcd(cmos[8]),
                        bcd(cmos[7]),
                        bcd(cmos[4]),
                        bcd(cmos[2]),
                        bcd(cmos[0]));
        long seconds = shown.toEpochSecond(ZoneOffset.UTC) - number(root, "base_rtc");
        // In the middle of the second, so that rounding does not matter.
        return number(root, "last_update")
                - number(root, "offset")
                + seconds * 1_000_000_000L
                + 500_000_000L;
    }

    private static int bcd(byte value) {
        return (value >> 4) * 10 + (value & 15);
    }

    private static long number(StructValue root, String name) {
        return ((IntegerValue) value(root, name)).raw();
    }

    private static dev.ferry.stream.vmstate.VmStateValue value(StructValue root, String name) {
        return assertNotNull2(root.field(name)).value();
    }

    private static <T> T assertNotNull2(@org.jspecify.annotations.Nullable T value) {
        assertNotNull(value);
        return java.util.Objects.requireNonNull(value);
    }
}
