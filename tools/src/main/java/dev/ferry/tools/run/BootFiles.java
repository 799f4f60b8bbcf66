package dev.ferry.tools.run;

import dev.ferry.tools.run.LaunchConfig.DiskDevice;
import dev.ferry.vmm.boot.BootRom;
import dev.ferry.vmm.boot.BootServices;
import dev.ferry.vmm.boot.Disk;
import dev.ferry.vmm.boot.FirmwareImage;
import dev.ferry.vmm.boot.MultibootKernel;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The files that a guest starts from. */
final class BootFiles implements Closeable {

    private final LaunchConfig config;
    private final List<Disk> disks = new ArrayList<>();
    private @Nullable MultibootKernel kernel;

    BootFiles(LaunchConfig config) {
        this.config = config;
    }

    /**
     * Opens them.
     *
     * @param booting whether the guest is going to start from them
     */
    void open(boolean booting) throws IOException {
        for (DiskDevice each : config.disks) {
            disks.add(Disk.open(each.drive().file(), each.drive().readOnly(), each.geometry()));
        }
        Path file = config.kernel;
        if (file != null) {
            String commandLine = config.append.isEmpty() ? file + "" : file + " " + config.append;
            kernel = MultibootKernel.open(file, commandLine, modules());
        } else if (booting && config.bios == null && config.flash.isEmpty() && !disks.isEmpty()) {
            BootServices.requireBootable(
                    disks.getFirst(), config.disks.getFirst().drive().file().toString());
        }
    }

    /** {@code FILE TEXT,FILE TEXT}, where a literal comma is written twice. */
    private List<MultibootKernel.Module> modules() {
        List<MultibootKernel.Module> modules = new ArrayList<>();
        if (config.initrd == null) {
            return modules;
        }
        for (String text : KeyedOptions.list(config.initrd)) {
            int blank = text.indexOf(' ');
            String name = blank < 0 ? text : text.substring(0, blank);
            modules.add(new MultibootKernel.Module(Path.of(name), text));
        }
        return modules;
    }

    /** The firmware's image, or ours; null if the flash has it. */
    byte @Nullable [] firmware() throws IOException {
        if (config.bios != null) {
            return FirmwareImage.read(config.bios);
        }
        return config.flash.isEmpty() ? BootRom.image() : null;
    }

    /** Whether the guest may ask for our boot services. */
    boolean services() {
        return kernel != null || !disks.isEmpty();
    }

    @Nullable MultibootKernel kernel() {
        return kernel;
    }

    List<Disk> disks() {
        return disks;
    }

    @Override
    public void close() throws IOException {
        for (Disk disk : disks) {
            disk.close();
        }
    }
}
