package dev.ferry.tools.run;

import dev.ferry.tools.ExitCode;
import dev.ferry.tools.run.LaunchConfig.CharBackend;
import dev.ferry.tools.run.LaunchConfig.Given;
import dev.ferry.tools.run.LaunchConfig.Serial;
import dev.ferry.vmm.chardev.ChardevSpec;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code -chardev}, and {@code -serial} with its short forms.
 *
 * <p>Source: QEMU chardev/char.c, qemu_chr_parse_compat.
 */
final class ChardevReader {

    private static final Set<String> SOCKET_KEYS =
            Set.of(
                    "backend",
                    "id",
                    "path",
                    "host",
                    "port",
                    "to",
                    "ipv4",
                    "ipv6",
                    "server",
                    "wait",
                    "delay",
                    "nodelay",
                    "telnet",
                    "tn3270",
                    "websocket",
                    "tls-creds",
                    "fd",
                    "reconnect",
                    "reconnect-ms",
                    "abstract",
                    "tight",
                    "mux");

    private static final int DEFAULT_RING_BYTES = 1 << 16;
    private static final int MAX_RING_BYTES = 1 << 28;

    private final LaunchConfig config;
    private final Set<String> used = new HashSet<>();
    private boolean stdio;

    ChardevReader(LaunchConfig config) {
        this.config = config;
    }

    void chardev(Given given) {
        KeyedOptions options = KeyedOptions.of(given.value(), "backend");
        String id = options.require("id");
        add(id, spec(options.require("backend"), options), given);
    }

    private void add(String id, ChardevSpec spec, Given given) {
        if (config.chardevs.putIfAbsent(id, new CharBackend(spec, given)) != null) {
            throw new LaunchException("Duplicate ID '" + id + "' for chardev");
        }
    }

    private ChardevSpec spec(String kind, KeyedOptions options) {
        return switch (kind) {
            case "null", "vc" -> new ChardevSpec.Null();
            case "file" -> {
                options.allow(Set.of("backend", "id", "path", "append", "input-path", "mux"));
                yield new ChardevSpec.ToFile(
                        Path.of(options.require("path")), options.flag("append", false));
            }
            case "stdio" -> {
                options.allow(Set.of("backend", "id", "signal", "mux"));
                yield stdio(options.flag("signal", true));
            }
            case "pipe" -> {
                options.allow(Set.of("backend", "id", "path", "mux"));
                yield new ChardevSpec.Pipe(Path.of(options.require("path")));
            }
            case "ringbuf", "memory" -> {
                options.allow(Set.of("backend", "id", "size", "mux"));
                yield ringBuffer(options.get("size"));
            }
            case "socket" -> {
                options.allow(SOCKET_KEYS);
                yield socket(options);
            }
            case "pty" -> new ChardevSpec.Pty();
            default -> throw new LaunchException("'" + kind + "' is not a valid char driver name");
        };
    }

    private static ChardevSpec ringBuffer(@Nullable String size) {
        long bytes = size == null ? DEFAULT_RING_BYTES : SizeText.parse("size", size, 'B');
        if (Long.bitCount(bytes) != 1 || bytes > MAX_RING_BYTES) {
            throw new LaunchException("size of ringbuf chardev must be power of two");
        }
        return new ChardevSpec.RingBuffer((int) bytes);
    }

    private ChardevSpec stdio(boolean signals) {
        if (stdio) {
            throw new LaunchException("cannot use stdio by multiple character devices");
        }
        stdio = true;
        return new ChardevSpec.Stdio(signals);
    }

    private static ChardevSpec socket(KeyedOptions options) {
        for (String key : new String[] {"telnet", "tn3270", "websocket"}) {
            if (options.flag(key, false)) {
                throw new LaunchException(key + "=on is not supported", ExitCode.UNSUPPORTED);
            }
        }
        for (String key : new String[] {"fd", "tls-creds"}) {
            if (options.get(key) != null) {
                throw new LaunchException(key + "= is not supported", ExitCode.UNSUPPORTED);
            }
        }
        boolean server = options.flag("server", false);
        if (!server && options.get("wait") != null) {
            throw new LaunchException(
                    "'wait' option is incompatible with socket in client connect mode");
        }
        long reconnect =
                options.get("reconnect-ms") != null
                        ? options.number("reconnect-ms", 0, 0, Integer.MAX_VALUE)
                        : options.number("reconnect", 0, 0, Integer.MAX_VALUE / 1000) * 1000;
        if (server && reconnect > 0) {
            throw new LaunchException(
                    "'reconnect' option is incompatible with socket in server listen mode");
        }
        boolean wait = server && options.flag("wait", true);
        String path = options.get("path");
        if (path != null) {
            if (path.length() > 107) {
                throw new LaunchException("UNIX socket path '" + path + "' is too long");
            }
            return new ChardevSpec.Socket(
                    UnixDomainSocketAddress.of(path), server, wait, reconnect);
        }
        return new ChardevSpec.Socket(
                address(options.get("host", ""), options.require("port"), server),
                server,
                wait,
                reconnect);
    }

    private static InetSocketAddress address(String host, String port, boolean server) {
        int number;
        try {
            number = Integer.parseInt(port);
        } catch (NumberFormatException e) {
            number = -1;
        }
        if (number < 0 || number > 0xffff) {
            throw new LaunchException("invalid port: '" + port + "'");
        }
        String literal =
                host.startsWith("[") && host.endsWith("]")
                        ? host.substring(1, host.length() - 1)
                        : host;
        if (literal.isEmpty() && server) {
            return new InetSocketAddress(number);
        }
        try {
            return new InetSocketAddress(
                    literal.isEmpty()
                            ? InetAddress.getLoopbackAddress()
                            : InetAddress.getByName(literal),
                    number);
        } catch (UnknownHostException e) {
            throw new LaunchException(
                    "address resolution failed for "
                            + host
                            + ":"
                            + port
                            + ": Name or service not known");
        }
    }

    /** A serial port and, with a short form, its chardev. */
    void serial(Given given) {
        String value = given.value();
        int index = config.serials.size();
        if (value.equals("none")) {
            config.serials.add(new Serial(null, index, given));
            return;
        }
        String id;
        if (value.startsWith("chardev:")) {
            id = value.substring("chardev:".length());
            if (!config.chardevs.containsKey(id)) {
                throw new LaunchException("chardev \"" + id + "\" not found");
            }
        } else {
            id = "serial" + index;
            add(id, shortForm(value), given);
        }
        if (!used.add(id)) {
            throw new LaunchException("chardev \"" + id + "\" is already in use");
        }
        config.serials.add(new Serial(id, index, given));
    }

    private ChardevSpec shortForm(String value) {
        if (value.startsWith("mon:")) {
            String rest = value.substring("mon:".length());
            // Ctrl-C goes to the guest, as it does with QEMU.
            return rest.equals("stdio") ? stdio(false) : shortForm(rest);
        }
        int colon = value.indexOf(':');
        String kind = colon < 0 ? value : value.substring(0, colon);
        String rest = colon < 0 ? "" : value.substring(colon + 1);
        return switch (kind) {
            case "null", "vc" -> new ChardevSpec.Null();
            case "stdio" -> stdio(true);
            // All of the rest is the name, commas too.
            case "file" -> new ChardevSpec.ToFile(Path.of(rest), false);
            case "pipe" -> new ChardevSpec.Pipe(Path.of(rest));
            case "unix" -> spec("socket", KeyedOptions.of(rest, "path"));
            case "tcp" -> spec("socket", tcp(rest));
            case "pty" -> new ChardevSpec.Pty();
            default -> throw new LaunchException("'" + kind + "' is not a valid char driver name");
        };
    }

    /** {@code HOST:PORT,key=value...} as keys. */
    private static KeyedOptions tcp(String text) {
        int comma = text.indexOf(',');
        String address = comma < 0 ? text : text.substring(0, comma);
        int colon = address.lastIndexOf(':');
        if (colon < 0) {
            throw new LaunchException("host address '" + address + "': expected HOST:PORT");
        }
        String host = colon == 0 ? "" : "host=" + address.substring(0, colon) + ",";
        String more = comma < 0 ? "" : text.substring(comma);
        return KeyedOptions.of(host + "port=" + address.substring(colon + 1) + more, null);
    }
}
