package dev.ferry.vmm.sev;

import dev.ferry.sev.SevException;
import dev.ferry.sev.firmware.PlatformFile;
import dev.ferry.sev.firmware.PlatformOptions;
import dev.ferry.sev.firmware.SecureProcessor;
import dev.ferry.sev.policy.GuestPolicy;
import dev.ferry.testdata.guest.GuestImage;
import dev.ferry.vmm.cpu.Vcpu;
import dev.ferry.vmm.cpu.x86.CpuModel;
import dev.ferry.vmm.cpu.x86.EncryptionMode;
import dev.ferry.vmm.cpu.x86.Interpreter;
import dev.ferry.vmm.efi.StoreGeometry;
import dev.ferry.vmm.efi.VariableFormat;
import dev.ferry.vmm.efi.VariableStore;
import dev.ferry.vmm.hypercall.HypercallDoorbell;
import dev.ferry.vmm.hypercall.SevCpuid;
import dev.ferry.vmm.machine.BootSource;
import dev.ferry.vmm.machine.Machine;
import dev.ferry.vmm.machine.MachineConfig;
import dev.ferry.vmm.machine.MachineEnd;
import dev.ferry.vmm.machine.MachineListener;
import dev.ferry.vmm.memory.RamBlock;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A q35 machine with 16 MiB whose guest is {@code sev}. */
final class SevMachine implements AutoCloseable {

    private static final int C_BIT = 51;
    private static final long RAM = 16 << 20;

    private static final class SharedPlatform {
        static final PlatformFile FILE = create();

        private static PlatformFile create() {
            try {
                return PlatformFile.create(
                        PlatformOptions.DEFAULT.withRootBits(2048), new SecureRandom());
            } catch (SevException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    final SerialText serial = new SerialText();
    final List<String> notes = Collections.synchronizedList(new ArrayList<>());
    final SevPlatform platform;
    final SevGuest guest;
    final Machine machine;

    SevMachine(GuestImage image, int policy, int vcpus) throws IOException, SevException {
        this(image, policy, vcpus, 1 << 16);
    }

    SevMachine(GuestImage image, int policy, int vcpus, int plaintextPages)
            throws IOException, SevException {
        platform = SevPlatform.of(SecureProcessor.of(SharedPlatform.FILE, new SecureRandom()));
        guest =
                new SevGuest(
                        SevGuestConfig.of(
                                new GuestPolicy(policy),
                                new SevCpuid(C_BIT, 1),
                                Path.of("host.json")),
                        platform,
                        RAM,
                        plaintextPages);
        CpuModel model = CpuModel.qemu64();
        MachineConfig config = new MachineConfig(new Interpreter(model, new EncryptionMode(C_BIT)));
        config.machine = "pc-q35-10.0";
        config.ramBytes = RAM;
        config.vcpus = vcpus;
        config.cpu = model;
        config.flash.add(new MachineConfig.Flash(image.bytes(), null, true));
        config.flash.add(
                new MachineConfig.Flash(
                        VariableStore.create(StoreGeometry.OVMF_2M, VariableFormat.AUTHENTICATED)
                                .bytes(),
                        null,
                        false));
        config.serials.add(serial);
        config.guest = guest.protocol();
        config.debugExitPort = 0x501;
        config.extraPorts.add(
                new MachineConfig.ExtraPorts(
                        HypercallDoorbell.PORT,
                        4,
                        4,
                        new HypercallDoorbell(guest.protocol(), this::caller)));
        config.boot = new SevBoot(guest, BootSource.FIRMWARE);
        config.listener =
                new MachineListener() {
                    @Override
                    public void note(String message) {
                        notes.add(message);
                    }

                    @Override
                    public void ended(MachineEnd end) {
                        serial.over(end.toString());
                    }
                };
        machine = Machine.create(config);
    }

    private @Nullable Vcpu caller() {
        return machine.currentVcpu();
    }

    /** All of a block as the host sees it. */
    String host(RamBlock block) {
        machine.memory().writeBack(block, 0, block.size() / 4096);
        return new String(
                block.segment().toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1);
    }

    byte[] bytes(String block) {
        RamBlock found = machine.block(block);
        if (found == null) {
            throw new AssertionError("no block " + block);
        }
        return found.segment().toArray(ValueLayout.JAVA_BYTE);
    }

    @Override
    public void close() {
        machine.close();
        guest.close();
        platform.close();
    }
}
