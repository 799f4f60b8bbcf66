package dev.ferry.tools.run;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The options of {@code ferry run}: QEMU's, under its names, and ours for what to start from. One
 * dash or two, as with QEMU.
 */
enum LaunchOption {
    FROM("from", "FILE", "Start from a saved state: anything that 'ferry inspect' takes, or '-'."),
    CHANNEL("channel", "FILE", "A further recorded channel of FILE; once for each."),
    REVERSE("reverse", "FILE", "A recorded direction from destination to source of FILE."),
    SNAPSHOT("snapshot", "NAME", "The qcow2 snapshot of FILE, where there are several."),
    PAGE_SIZE("page-size", "N", "Target page size of FILE, where the stream does not tell."),
    LAYOUTS("layouts", "FILE", "Layouts of devices, for a FILE that does not describe its own."),
    DIALECT("dialect", "NAME", "What RAM flag 0x200 means in FILE."),
    SEV_KEY("sev-key", "FILE", "For a FILE of an SEV guest: the key its pages were encrypted for."),

    MACHINE(
            "machine M",
            "TYPE[,...]",
            "Machine type (help: a list), memory-backend=ID, accel=A:B."),
    ACCEL("accel", "NAME[,...]", "tcg (the interpreter) or kvm; the first that works is taken."),
    CPU("cpu", "MODEL[,...]", "CPU model and features (help: a list)."),
    SMP("smp", "N[,...]", "How many CPUs."),
    MEMORY("m", "SIZE[,...]", "RAM; MiB where no unit is named (128M)."),
    NAME("name", "NAME[,...]", "The guest's name, which messages bear."),
    UUID("uuid", "UUID", "The system's UUID."),
    OBJECT("object", "TYPE,id=ID[,...]", "memory-backend-ram, -file, -memfd, sev-guest."),
    NUMA("numa", "node[,...]", "A node whose RAM is memdev=ID."),
    GLOBAL("global", "DRIVER.PROP=VALUE", "A default property; taken note of, no more."),

    BIOS("bios", "FILE", "Firmware image, a multiple of 64 KiB."),
    KERNEL("kernel", "FILE", "Multiboot kernel."),
    INITRD("initrd", "FILE[ TEXT],...", "Modules for the kernel, each with what it is told."),
    APPEND("append", "TEXT", "What the kernel is told."),
    DRIVE("drive", "file=FILE[,...]", "Disk image (if=ide, none) or flash (if=pflash); raw only."),
    HDA("hda", "FILE", "The first disk."),
    PFLASH("pflash", "FILE", "A flash image."),
    DEVICE("device", "DRIVER[,...]", "isa-serial, isa-debug-exit, ide-hd."),
    INCOMING("incoming", "URI", "Start from a stream: file:FILE."),

    SERIAL(
            "serial",
            "DEV",
            "Serial port: stdio, pty, null, none, file:F, unix:F, tcp:H:P, chardev:ID."),
    CHARDEV("chardev", "KIND,id=ID[,...]", "file, null, pipe, pty, ringbuf, socket, stdio, vc."),
    STOPPED("S", null, "Do not start the CPUs."),
    NO_REBOOT("no-reboot", null, "End when the guest resets."),
    NO_SHUTDOWN("no-shutdown", null, "Stay when the guest has shut down."),
    ACTION("action", "EVENT=ACTION,...", "reboot=reset|shutdown, shutdown=poweroff|pause."),
    PIDFILE("pidfile", "FILE", "Write the process id there."),
    VERSION("version", null, "Say which version of QEMU this behaves like."),

    NODEFAULTS("nodefaults", null, "Make no device that is not asked for."),
    NO_USER_CONFIG("no-user-config", null, Ignored.TEXT),
    NOGRAPHIC("nographic", null, "The first serial port on stdio."),
    DISPLAY("display", "KIND", Ignored.TEXT),
    VGA("vga", "KIND", Ignored.TEXT),
    AUDIO("audio", "KIND", Ignored.TEXT),
    AUDIODEV("audiodev", "KIND", Ignored.TEXT),
    NET("net", "KIND", Ignored.TEXT),
    NIC("nic", "KIND", Ignored.TEXT),
    NETDEV("netdev", "KIND", Ignored.TEXT),
    MONITOR("monitor", "DEV", "none; there is no monitor."),
    PARALLEL("parallel", "DEV", "none; there is no parallel port."),
    DATA_DIR("L", "DIR", Ignored.TEXT),
    BOOT("boot", "...", Ignored.TEXT),
    RTC("rtc", "...", Ignored.TEXT),
    LOG_FILE("D", "FILE", Ignored.TEXT),
    LOG("d", "ITEMS", Ignored.TEXT),
    TRACE("trace", "...", Ignored.TEXT),
    MSG("msg", "timestamp=on", "Put the time before each message."),
    OVERCOMMIT("overcommit", "...", Ignored.TEXT),
    SANDBOX("sandbox", "...", Ignored.TEXT),
    ENABLE_KVM("enable-kvm", null, "The same as -accel kvm."),
    NO_HPET("no-hpet", null, Ignored.TEXT),
    NO_ACPI("no-acpi", null, Ignored.TEXT),

    QMP("qmp", "DEV", Missing.TEXT),
    QMP_PRETTY("qmp-pretty", "DEV", Missing.TEXT),
    MON("mon", "chardev=ID[,...]", Missing.TEXT),
    QTEST("qtest", "DEV", Missing.TEXT),
    QTEST_LOG("qtest-log", "FILE", Missing.TEXT),
    ADD_FD("add-fd", "fd=N,set=M", Missing.TEXT),
    DUMP_VMSTATE("dump-vmstate", "FILE", Missing.TEXT),
    LOADVM("loadvm", "NAME", Missing.TEXT),
    DAEMONIZE("daemonize", null, Missing.TEXT),

    DEBUG("debug", null, null),
    HELP("help h", null, null);

    private static final class Ignored {
        static final String TEXT = "Accepted, of no effect.";
    }

    private static final class Missing {
        static final String TEXT = "Not there yet: an error.";
    }

    private static final Map<String, LaunchOption> BY_NAME = byName();

    private final String names;
    private final @Nullable String label;
    private final @Nullable String help;

    LaunchOption(String names, @Nullable String label, @Nullable String help) {
        this.names = names;
        this.label = label;
        this.help = help;
    }

    private static Map<String, LaunchOption> byName() {
        Map<String, LaunchOption> map = new HashMap<>();
        for (LaunchOption option : values()) {
            for (String name : option.names.split(" ", -1)) {
                map.put(name, option);
            }
        }
        return map;
    }

    /** The option that a word with its dashes names, or null. */
    static @Nullable LaunchOption of(String word) {
        return BY_NAME.get(word.substring(word.startsWith("--") ? 2 : 1));
    }

    /** Whether a value follows. */
    boolean hasValue() {
        return label != null;
    }

    /** Whether it is accepted without doing anything. */
    boolean ignored() {
        return Ignored.TEXT.equals(help);
    }

    /** Whether it is known to QEMU, but cannot be done here. */
    boolean missing() {
        return Missing.TEXT.equals(help);
    }

    /** Its names with dashes, as the help shows them; ours with two. */
    String helpNames() {
        String dashes = compareTo(SEV_KEY) <= 0 ? "--" : "-";
        StringBuilder text = new StringBuilder();
        for (String name : names.split(" ", -1)) {
            text.append(text.isEmpty() ? "" : " ").append(dashes).append(name);
        }
        return text.toString();
    }

    @Nullable String label() {
        return label;
    }

    /** A sentence, or null for what every verb has. */
    @Nullable String help() {
        return help;
    }
}
