package dev.ferry.testdata.qemu;

import dev.ferry.testdata.CaptureKind;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.FixtureFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** How a capture gets back into QEMU as it was recorded. */
final class Replay {

    private Replay() {}

    /**
     * Whether bytes alone will do. A libvirt image has to be taken apart first, a snapshot is
     * loaded in another way, and a recovery or a preempt channel takes turns with the destination.
     */
    static boolean isPossible(Fixture fixture) {
        return (fixture.kind() == CaptureKind.TCP || fixture.kind() == CaptureKind.FILE)
                && (fixture.channels().further().isEmpty()
                        || fixture.capabilities().contains("multifd"));
    }

    /** Gives the test up where the host lacks what the machine is made of. */
    static void requireHost(FixtureMachine machine) throws IOException {
        Path kvm = Path.of("/dev/kvm");
        Assumptions.assumeTrue(
                !machine.needsKvm() || (Files.isReadable(kvm) && Files.isWritable(kvm)),
                "no /dev/kvm");
        Assumptions.assumeTrue(
                !machine.needsHugePages() || freeHugePages() >= 2, "no huge pages of 2 MiB");
        Assumptions.assumeTrue(
                !machine.fixture().capabilities().contains("postcopy-ram") || mayHandleFaults(),
                "no userfaultfd for this user");
    }

    /** Whether QEMU may take page faults into its own hands, as a postcopy destination does. */
    private static boolean mayHandleFaults() throws IOException {
        Path everybody = Path.of("/proc/sys/vm/unprivileged_userfaultfd");
        return "root".equals(System.getProperty("user.name"))
                || Files.isWritable(Path.of("/dev/userfaultfd"))
                || (Files.exists(everybody) && Files.readString(everybody).strip().equals("1"));
    }

    private static long freeHugePages() throws IOException {
        Path free = Path.of("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages");
        return Files.exists(free) ? Long.parseLong(Files.readString(free).strip()) : 0;
    }

    static Incoming incoming(Fixture fixture, Path directory) throws IOException {
        List<Path> files = new ArrayList<>();
        for (FixtureFile channel : fixture.channels().forward()) {
            files.add(channel.unpack(directory));
        }
        if (fixture.kind() == CaptureKind.FILE) {
            String uri = fixture.metadata().required("uri").asText();
            int offset = uri.indexOf(",offset=");
            return Incoming.file(
                    files.getFirst(),
                    offset < 0 ? 0 : Long.decode(uri.substring(offset + ",offset=".length())));
        }
        boolean plain = files.size() == 1 && fixture.channels().reverse().isEmpty();
        return plain ? Incoming.pipe(files.getFirst()) : Incoming.channels(files);
    }
}
