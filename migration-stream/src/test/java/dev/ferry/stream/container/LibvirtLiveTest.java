package dev.ferry.stream.container;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.Fixtures;
import dev.ferry.testdata.qemu.QemuPeer;
import dev.ferry.testdata.qemu.QemuRelease;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What libvirt says to the images we write, and what becomes of the guests in them.
 *
 * <p>libvirt 9.0 knows neither zstd nor sparse. The environment variable FERRY_LIBVIRT names a
 * directory into which packages of a newer one were unpacked; then these are tested, too.
 */
class LibvirtLiveTest {

    /** Where the guest's memory is its own: below are firmware and screen. */
    private static final int RAM_BEGIN = 1 << 20;

    private static final String IMAGES = "/var/lib/libvirt/images/";

    @TempDir private static Path directory;

    private static @Nullable Virsh session;

    private final Virsh virsh = Objects.requireNonNull(session);

    @BeforeAll
    static void start() throws IOException {
        Virsh.require();
        session = Virsh.start(directory);
    }

    @AfterEach
    void leaveNoDomain() throws IOException {
        virsh.destroyAll();
    }

    @AfterAll
    static void end() throws IOException {
        if (session != null) {
            session.close();
        }
    }

    private String write(LibvirtSaveImage image, byte[] stream) throws IOException {
        Path path = directory.resolve("image.save");
        try (FileChannel file =
                        FileChannel.open(
                                path,
                                StandardOpenOption.CREATE,
                                StandardOpenOption.WRITE,
                                StandardOpenOption.TRUNCATE_EXISTING);
                LibvirtSaveImageWriter writer = LibvirtSaveImageWriter.begin(file, image)) {
            ByteBuffer bytes = ByteBuffer.wrap(stream);
            while (bytes.hasRemaining()) {
                writer.stream().write(bytes);
            }
            writer.finish();
        }
        return path.toString();
    }

    /** Puts the guest's firmware where libvirt may read it; its serial port is a pipe there. */
    private LibvirtSaveImage atHome(SavedGuest saved) throws IOException {
        virsh.file("capguest.bin", saved.memory("pc.bios"));
        return saved.image().withXml(saved.image().xml().replace(IMAGES, directory + "/"));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SPARSE")
    void aRestoredGuestGoesOnWhereItStopped(LibvirtFormat format) throws IOException {
        if (format == LibvirtFormat.ZSTD) {
            assumeTrue(virsh.knowsEveryFormat());
        }
        Fixture fixture = Fixtures.named("libvirt-raw-q7");
        SavedGuest saved = SavedGuest.of(fixture);
        LibvirtSaveImage image = atHome(saved).withFormat(format);
        String file = write(image, saved.stream());
        List<String> xml = virsh.run("save-image-dumpxml " + file);
        assertTrue(xml.contains("<name>capguest</name>"), xml::toString);
        byte[] ram = saved.memory("pc.ram");
        try (SerialPort serial = new SerialPort(directory.resolve("capguest.serial"))) {
            virsh.run("restore --paused " + file);
            virsh.run(
                    "qemu-monitor-command capguest '{\"execute\":\"pmemsave\",\"arguments\":"
                            + "{\"val\":%d,\"size\":%d,\"filename\":\"%s/ram\"}}'"
                                    .formatted(RAM_BEGIN, ram.length - RAM_BEGIN, directory));
            virsh.run("resume capguest");
            assertContinues(fixture, serial);
            virsh.run("destroy capguest");
        }
        assertArrayEquals(
                Arrays.copyOfRange(ram, RAM_BEGIN, ram.length),
                Files.readAllBytes(directory.resolve("ram")));
    }

    /** The stream has the data's length in its offsets, so that a changed XML must not move it. */
    @Test
    void aSparseImageWithAnotherXmlIsRestored() throws IOException {
        assumeTrue(virsh.knowsEveryFormat());
        Fixture fixture = Fixtures.named("libvirt-sparse-q10");
        SavedGuest saved = SavedGuest.of(fixture);
        QemuPeer qemu = QemuPeer.require(QemuRelease.V10_0);
        // libvirt asks for all devices, and so for all modules; the other release's would not do.
        String script =
                "#!/bin/sh\nexec env QEMU_MODULE_DIR=%s/lib/x86_64-linux-gnu/qemu %s \"$@\"\n"
                        .formatted(qemu.prefix(), String.join(" ", qemu.command("x86_64")));
        Path emulator = virsh.file("emulator", script.getBytes(StandardCharsets.UTF_8));
        Files.setPosixFilePermissions(emulator, PosixFilePermissions.fromString("rwxr-xr-x"));
        LibvirtSaveImage image = atHome(saved);
        String xml = image.xml().replaceFirst("<emulator>.*<", "<emulator>" + emulator + "<");
        String file = write(image.withXml(xml), saved.stream());
        try (SerialPort serial = new SerialPort(directory.resolve("capguest.serial"))) {
            virsh.run("restore --running " + file);
            assertContinues(fixture, serial);
            virsh.run("destroy capguest");
        }
    }

    private static void assertContinues(Fixture fixture, SerialPort serial) {
        String truth =
                fixture.metadata()
                        .required("libvirt_restore")
                        .required("serial_after_resume")
                        .asText();
        assertEquals(truth, serial.await(truth.length()));
    }

    @Test
    void aGuestThatWasRunningRunsAtOnce() throws IOException {
        Fixture fixture = Fixtures.named("libvirt-raw-running-q7");
        SavedGuest saved = SavedGuest.of(fixture);
        String file = write(atHome(saved), saved.stream());
        try (SerialPort serial = new SerialPort(directory.resolve("capguest.serial"))) {
            virsh.run("restore " + file);
            assertContinues(fixture, serial);
            assertTrue(virsh.run("domstate capguest").contains("running"));
            virsh.run("destroy capguest");
        }
    }

    @Test
    void aGuestThatWasPausedAndIsToldToRunRuns() throws IOException {
        Fixture fixture = Fixtures.named("libvirt-xz-q7");
        SavedGuest saved = SavedGuest.of(fixture);
        LibvirtSaveImage image = atHome(saved).withWasRunning(true).withFormat(LibvirtFormat.GZIP);
        String file = write(image, saved.stream());
        try (SerialPort serial = new SerialPort(directory.resolve("capguest.serial"))) {
            virsh.run("restore " + file);
            assertContinues(fixture, serial);
            virsh.run("destroy capguest");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "pc-i440fx-7.2, QEMU",
        "pc-q35-7.2, QEMU",
        "isapc, QEMU",
        "microvm, QEMU",
        "pc-q35-10.0, QEMU",
        "pc-i440fx-7.2, KVM"
    })
    void aMadeDescriptionIsAccepted(String machine, DomainXml.Accelerator accelerator)
            throws IOException {
        DomainXml domain = domain(machine, accelerator);
        byte[] stream = SampleStream.bytes(10_000);
        LibvirtSaveImage image =
                LibvirtSaveImage.create(domain.generate(), null, true, LibvirtFormat.RAW);
        List<String> xml = virsh.run("save-image-dumpxml " + write(image, stream));
        assertTrue(xml.contains("<name>a &amp; b</name>"), xml::toString);
        assertTrue(xml.contains("<uuid>" + domain.uuid() + "</uuid>"), xml::toString);
        String type = "<type arch='x86_64' machine='" + machine + "'>hvm</type>";
        assertTrue(xml.contains(type), xml::toString);
        assertTrue(xml.contains("<memory unit='KiB'>65536</memory>"), xml::toString);
    }

    /** A stopped guest of plain QEMU, of which libvirt is told no more than we can make up. */
    @Test
    void aGuestThatLibvirtNeverKnewIsRestored() throws IOException {
        Path stream = directory.resolve("plain.mig");
        String commands = "migrate \"exec:cat > %s\"\nquit\n".formatted(stream);
        Tool.filter(
                commands.getBytes(StandardCharsets.UTF_8),
                "qemu-system-x86_64 -machine pc-i440fx-7.2 -m 64M -smp 2 -S -nodefaults -vga none"
                        .concat(" -display none -monitor stdio")
                        .split(" ", -1));
        DomainXml domain = domain("pc-i440fx-7.2", DomainXml.Accelerator.QEMU);
        LibvirtSaveImage image =
                LibvirtSaveImage.create(domain.generate(), null, false, LibvirtFormat.LZOP);
        virsh.run("restore " + write(image, Files.readAllBytes(stream)));
        assertTrue(virsh.run("domstate " + domain.uuid()).contains("paused"));
        virsh.run("resume " + domain.uuid());
        assertTrue(virsh.run("domstate " + domain.uuid()).contains("running"));
        virsh.run("destroy " + domain.uuid());
    }

    private static DomainXml domain(String machine, DomainXml.Accelerator accelerator) {
        return new DomainXml(
                accelerator, "a & b", UUID.randomUUID(), "x86_64", machine, 64L << 20, 2);
    }
}
