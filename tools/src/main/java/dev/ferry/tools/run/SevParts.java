package dev.ferry.tools.run;

import dev.ferry.sev.SevException;
import dev.ferry.tools.ExitCode;
import dev.ferry.vmm.cpu.Vcpu;
import dev.ferry.vmm.cpu.x86.EncryptionMode;
import dev.ferry.vmm.hypercall.HypercallDoorbell;
import dev.ferry.vmm.machine.BootSource;
import dev.ferry.vmm.machine.MachineConfig;
import dev.ferry.vmm.sev.SevBoot;
import dev.ferry.vmm.sev.SevGuest;
import dev.ferry.vmm.sev.SevGuestConfig;
import dev.ferry.vmm.sev.SevPlatform;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What makes a machine's guest an SEV guest: the platform, and the guest on it. */
final class SevParts implements AutoCloseable {

    private final SevGuestConfig options;
    private final SevPlatform platform;
    private final SevGuest guest;

    private SevParts(SevGuestConfig options, SevPlatform platform, SevGuest guest) {
        this.options = options;
        this.platform = platform;
        this.guest = guest;
    }

    /**
     * Opens the platform that {@code -object sev-guest} names.
     *
     * @throws LaunchException if it cannot be
     */
    static SevParts open(KeyedOptions object, long ram) throws IOException {
        Map<String, String> options = new LinkedHashMap<>();
        for (KeyedOptions.Pair pair : object.pairs()) {
            if (!pair.key().equals("qom-type")) {
                options.put(pair.key(), pair.value());
            }
        }
        String given = "-object " + object.text() + ": ";
        try {
            SevGuestConfig config = SevGuestConfig.parse(options);
            SevPlatform platform = SevPlatform.load(config.device());
            return new SevParts(config, platform, new SevGuest(config, platform, ram));
        } catch (IllegalArgumentException e) {
            throw new LaunchException(given + e.getMessage());
        } catch (SevException e) {
            throw new LaunchException(given + e.getMessage(), ExitCode.IO);
        }
    }

    /** What the interpreter has to know. */
    EncryptionMode mode() {
        return new EncryptionMode(options.cpuid().cBit());
    }

    /**
     * Puts the guest into a machine.
     *
     * @param caller the vCPU that is at a port
     */
    void addTo(MachineConfig machine, Supplier<@Nullable Vcpu> caller) {
        machine.guest = guest.protocol();
        machine.extraPorts.add(
                new MachineConfig.ExtraPorts(
                        HypercallDoorbell.PORT,
                        4,
                        4,
                        new HypercallDoorbell(guest.protocol(), caller)));
        machine.boot = new SevBoot(guest, BootSource.FIRMWARE);
    }

    @Override
    public void close() {
        guest.close();
        platform.close();
    }
}
