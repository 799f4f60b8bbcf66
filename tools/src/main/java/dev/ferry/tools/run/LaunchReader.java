package dev.ferry.tools.run;

import dev.ferry.tools.ExitCode;
import dev.ferry.tools.cli.UsageException;
import dev.ferry.tools.input.InputFiles;
import dev.ferry.tools.run.LaunchConfig.Given;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a command line.
 *
 * <p>Source: QEMU system/vl.c, qemu_init; option names and texts are those of qemu-options.hx.
 */
final class LaunchReader {

    /** What a command line may ask for instead of a machine. */
    enum Request {
        MACHINE,
        HELP,
        VERSION,
        MACHINE_LIST,
        CPU_LIST,
        ACCEL_LIST
    }

    private static final Set<String> OTHER_SCHEMES =
            Set.of("tcp", "unix", "fd", "exec", "vsock", "rdma", "defer");

    private final LaunchConfig config = new LaunchConfig();
    private final ObjectReader objects = new ObjectReader(config);
    private final ChardevReader chardevs = new ChardevReader(config);
    private final StorageReader storage = new StorageReader(config);
    private final List<Given> devices = new ArrayList<>();
    private final List<Given> serials = new ArrayList<>();
    private final List<Given> machines = new ArrayList<>();

    private @Nullable String from;
    private final List<String> channels = new ArrayList<>();
    private final List<String> reverse = new ArrayList<>();
    private @Nullable String snapshot;
    private @Nullable String pageSize;
    private @Nullable String layouts;
    private @Nullable String dialect;
    private @Nullable String sevKey;

    private Request request = Request.MACHINE;
    private boolean debug;
    private boolean nographic;

    LaunchReader() {}

    /**
     * Reads all of it.
     *
     * @throws LaunchException if it cannot be
     */
    LaunchConfig read(String[] words) {
        for (int i = 0; i < words.length && request == Request.MACHINE; i++) {
            String word = words[i];
            if (!word.startsWith("-") || word.equals("-")) {
                accept(LaunchOption.HDA, new Given("-hda", word));
                continue;
            }
            String shown = word.startsWith("--") ? word.substring(1) : word;
            LaunchOption option = LaunchOption.of(word);
            if (option == null) {
                throw new LaunchException(word + ": invalid option");
            }
            if (!option.hasValue()) {
                accept(option, new Given(shown, ""));
                continue;
            }
            if (++i == words.length) {
                throw new LaunchException(word + ": requires an argument");
            }
            accept(option, new Given(shown, words[i]));
        }
        if (request == Request.MACHINE) {
            finish();
        }
        return config;
    }

    /** What the command line turned out to ask for. */
    Request request() {
        return request;
    }

    /** Whether errors are to be shown with where they arose. */
    boolean debug() {
        return debug;
    }

    private void accept(LaunchOption option, Given given) {
        if (option.ignored()) {
            return;
        }
        if (option.missing()) {
            throw new LaunchException(
                    option.hasValue()
                            ? given.message("not supported here")
                            : given.option() + ": not supported here",
                    ExitCode.UNSUPPORTED);
        }
        within(given, () -> apply(option, given));
    }

    /** Puts the option before what is said about it. */
    static void within(Given given, Runnable reading) {
        try {
            reading.run();
        } catch (LaunchException e) {
            throw new LaunchException(given.message(String.valueOf(e.getMessage())), e.code());
        } catch (InvalidPathException e) {
            throw new LaunchException(given.message("no file name: " + e.getReason()));
        }
    }

    private void apply(LaunchOption option, Given given) {
        String value = given.value();
        switch (option) {
            case FROM -> from = value;
            case CHANNEL -> channels.add(value);
            case REVERSE -> reverse.add(value);
            case SNAPSHOT -> snapshot = value;
            case PAGE_SIZE -> pageSize = value;
            case LAYOUTS -> layouts = value;
            case DIALECT -> dialect = value;
            case SEV_KEY -> sevKey = value;
            case MACHINE -> machine(given);
            case ACCEL -> accel(given);
            case ENABLE_KVM -> accel(new Given("-accel", "kvm"));
            case CPU -> cpu(given);
            case SMP -> smp(given);
            case MEMORY -> memory(value);
            case NAME -> name(value);
            case UUID -> config.uuid = uuid(value);
            case OBJECT -> objects.object(given);
            case NUMA -> objects.numa(value);
            case GLOBAL -> global(given);
            case BIOS -> config.bios = Path.of(value);
            case KERNEL -> config.kernel = Path.of(value);
            case INITRD -> config.initrd = value;
            case APPEND -> config.append = value;
            case DRIVE -> storage.drive(given);
            case HDA -> storage.disk(given);
            case PFLASH -> storage.flash(given);
            case DEVICE -> devices.add(given);
            case INCOMING -> incoming(given);
            case SERIAL -> serials.add(given);
            case CHARDEV -> chardevs.chardev(given);
            case STOPPED -> config.stopped = true;
            case NO_REBOOT -> config.reboot = false;
            case NO_SHUTDOWN -> config.shutdown = false;
            case ACTION -> action(value);
            case PIDFILE -> config.pidFile = Path.of(value);
            case VERSION -> request = Request.VERSION;
            case NODEFAULTS -> config.defaults = false;
            case NOGRAPHIC -> nographic = true;
            case MONITOR, PARALLEL -> none(value);
            case MSG -> config.timestamps = KeyedOptions.of(value, null).flag("timestamp", false);
            case DEBUG -> debug = true;
            case HELP -> request = Request.HELP;
            default -> throw new IllegalStateException(option.name());
        }
    }

    private void machine(Given given) {
        if (given.value().equals("help") || given.value().equals("?")) {
            request = Request.MACHINE_LIST;
            return;
        }
        machines.add(given);
        for (KeyedOptions.Pair pair : KeyedOptions.of(given.value(), "type").pairs()) {
            if (pair.key().equals("type")) {
                config.machine = pair.value();
                config.machineGiven = given;
            } else {
                config.machineProperties.put(pair.key(), pair.value());
            }
        }
    }

    private void accel(Given given) {
        if (given.value().equals("help") || given.value().equals("?")) {
            request = Request.ACCEL_LIST;
            return;
        }
        KeyedOptions options = KeyedOptions.of(given.value(), "accel");
        config.accels.add(new LaunchConfig.Accel(options.require("accel"), options, given));
    }

    private void cpu(Given given) {
        String value = given.value();
        if (value.equals("help") || value.equals("?")) {
            request = Request.CPU_LIST;
            return;
        }
        List<String> parts = new ArrayList<>(List.of(value.split(",", -1)));
        parts.removeIf(String::isEmpty);
        config.cpu = List.copyOf(parts);
    }

    private void smp(Given given) {
        KeyedOptions options = KeyedOptions.of(given.value(), "cpus");
        options.allow(
                Set.of(
                        "cpus",
                        "maxcpus",
                        "drawers",
                        "books",
                        "sockets",
                        "dies",
                        "clusters",
                        "modules",
                        "cores",
                        "threads"));
        long product = 1;
        for (String part : List.of("sockets", "dies", "clusters", "modules", "cores", "threads")) {
            product *= options.number(part, 1, 1, 4096);
        }
        config.cpus = (int) options.number("cpus", Math.min(product, 4096), 1, 4096);
        config.cpusGiven = given;
    }

    private void memory(String value) {
        KeyedOptions options = KeyedOptions.of(value, "size");
        options.allow(Set.of("size", "slots", "maxmem"));
        String size = options.get("size");
        if (size != null) {
            config.ram = SizeText.parse("size", size, 'M');
            config.ramGiven = true;
        }
    }

    private void name(String value) {
        KeyedOptions options = KeyedOptions.of(value, "guest");
        options.allow(Set.of("guest", "process", "debug-threads"));
        config.name = options.get("guest", "");
    }

    private static String uuid(String value) {
        boolean good = value.length() == 36;
        for (int i = 0; good && i < value.length(); i++) {
            boolean dash = i == 8 || i == 13 || i == 18 || i == 23;
            good = dash ? value.charAt(i) == '-' : Character.digit(value.charAt(i), 16) >= 0;
        }
        if (!good) {
            throw new LaunchException("failed to parse UUID string: wrong format");
        }
        return value.toLowerCase(java.util.Locale.ROOT);
    }

    private void global(Given given) {
        String value = given.value();
        int equals = value.indexOf('=');
        int dot = value.lastIndexOf('.', equals < 0 ? value.length() : equals);
        boolean keyed = value.startsWith("driver=");
        if (!keyed && (equals < 0 || dot <= 0 || dot + 1 >= equals)) {
            throw new LaunchException("expected DRIVER.PROPERTY=VALUE");
        }
        config.notes.add(given.message("ignored"));
    }

    private void incoming(Given given) {
        String uri = given.value();
        int colon = uri.indexOf(':');
        String scheme = colon < 0 ? uri : uri.substring(0, colon);
        if (scheme.equals("file")) {
            config.incoming = given;
        } else if (OTHER_SCHEMES.contains(scheme)) {
            throw new LaunchException("only file: is supported", ExitCode.UNSUPPORTED);
        } else {
            throw new LaunchException("unknown migration protocol: " + uri);
        }
    }

    private void action(String value) {
        for (KeyedOptions.Pair pair : KeyedOptions.of(value, null).pairs()) {
            switch (pair.key() + "=" + pair.value()) {
                case "reboot=reset" -> config.reboot = true;
                case "reboot=shutdown" -> config.reboot = false;
                case "shutdown=poweroff" -> config.shutdown = true;
                case "shutdown=pause" -> config.shutdown = false;
                case "panic=none",
                        "panic=pause",
                        "panic=shutdown",
                        "panic=exit-failure",
                        "watchdog=none",
                        "watchdog=reset",
                        "watchdog=shutdown",
                        "watchdog=poweroff",
                        "watchdog=pause",
                        "watchdog=debug",
                        "watchdog=inject-nmi" -> {}
                default ->
                        throw new LaunchException(
                                "Parameter '"
                                        + pair.key()
                                        + "' does not accept value '"
                                        + pair.value()
                                        + "'");
            }
        }
    }

    private static void none(String value) {
        if (!value.equals("none") && !value.equals("null")) {
            throw new LaunchException("only none is supported", ExitCode.UNSUPPORTED);
        }
    }

    /** What needs all options to be known. */
    private void finish() {
        for (Given given : machines) {
            within(given, () -> checkMachine(KeyedOptions.of(given.value(), "type")));
        }
        DeviceReader reader = new DeviceReader(config, storage);
        for (Given given : serials) {
            within(given, () -> chardevs.serial(given));
        }
        for (Given given : devices) {
            within(given, () -> reader.device(given));
        }
        if (config.serials.isEmpty() && serials.isEmpty() && config.defaults) {
            Given standard = new Given("-serial", nographic ? "mon:stdio" : "null");
            within(standard, () -> chardevs.serial(standard));
        }
        storage.attachDefaults();
        objects.finish();
        input();
        if (!config.hasGuest() && !config.stopped) {
            throw new LaunchException(
                    "there is no guest: name one with -bios, -kernel, -drive, -incoming or --from");
        }
    }

    private void checkMachine(KeyedOptions options) {
        String accels = options.get("accel");
        if (accels != null && config.accels.isEmpty()) {
            for (String name : accels.split(":", -1)) {
                accel(new Given("-accel", name));
            }
        }
        String backend = config.machineProperties.get("memory-backend");
        if (backend != null && !config.memory.containsKey(backend)) {
            throw new LaunchException("Memory backend '" + backend + "' not found");
        }
        String guest = config.machineProperties.get("confidential-guest-support");
        if (guest != null && !config.sevGuests.containsKey(guest)) {
            throw new LaunchException("Device '" + guest + "' not found");
        }
    }

    private void input() {
        String input = from;
        if (input == null) {
            if (!channels.isEmpty()
                    || !reverse.isEmpty()
                    || snapshot != null
                    || pageSize != null
                    || layouts != null
                    || dialect != null
                    || sevKey != null) {
                throw new LaunchException("options of an input, but no --from IN");
            }
            return;
        }
        if (config.incoming != null) {
            throw new LaunchException("--from and -incoming exclude each other");
        }
        try {
            config.from =
                    InputFiles.of(
                            input, channels, reverse, snapshot, pageSize, layouts, dialect, sevKey);
        } catch (UsageException e) {
            throw new LaunchException(String.valueOf(e.getMessage()));
        }
    }
}
