package dev.ferry.tools.run;

import dev.ferry.tools.run.LaunchConfig.Given;
import dev.ferry.tools.run.LaunchConfig.MemoryBackend;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** {@code -object} and {@code -numa}. */
final class ObjectReader {

    private static final Set<String> MEMORY_KEYS =
            Set.of(
                    "qom-type",
                    "id",
                    "size",
                    "share",
                    "prealloc",
                    "prealloc-threads",
                    "prealloc-context",
                    "mem-path",
                    "discard-data",
                    "dump",
                    "merge",
                    "reserve",
                    "host-nodes",
                    "policy",
                    "align",
                    "offset",
                    "pmem",
                    "readonly",
                    "rom",
                    "hugetlb",
                    "hugetlbsize",
                    "seal",
                    "x-use-canonical-path-for-ramblock-id");

    /** Known to QEMU, of no use to a machine without what they serve. */
    private static final Set<String> WITHOUT_EFFECT =
            Set.of(
                    "iothread",
                    "main-loop",
                    "thread-context",
                    "secret",
                    "secret_keyring",
                    "authz-simple",
                    "authz-list",
                    "authz-list-file",
                    "authz-pam",
                    "tls-creds-anon",
                    "tls-creds-psk",
                    "tls-creds-x509",
                    "rng-builtin",
                    "rng-random",
                    "rng-egd",
                    "throttle-group",
                    "cryptodev-backend-builtin",
                    "can-bus",
                    "colo-compare",
                    "filter-buffer",
                    "filter-dump",
                    "filter-mirror",
                    "filter-redirector",
                    "filter-replay",
                    "filter-rewriter");

    private static final Set<String> SEV_KEYS =
            Set.of(
                    "qom-type",
                    "id",
                    "sev-device",
                    "policy",
                    "cbitpos",
                    "reduced-phys-bits",
                    "dh-cert-file",
                    "session-file",
                    "handle",
                    "kernel-hashes",
                    "legacy-vm-type");

    private final LaunchConfig config;
    private final Set<String> ids = new HashSet<>();

    ObjectReader(LaunchConfig config) {
        this.config = config;
    }

    void object(Given given) {
        KeyedOptions options = KeyedOptions.of(given.value(), "qom-type");
        String type = options.require("qom-type");
        String id = options.require("id");
        if (!ids.add(id)) {
            throw new LaunchException(
                    "attempt to add duplicate property '" + id + "' to object (type 'container')");
        }
        switch (type) {
            case "memory-backend-ram" -> memory(MemoryBackend.Kind.RAM, id, options, given);
            case "memory-backend-file" -> memory(MemoryBackend.Kind.FILE, id, options, given);
            case "memory-backend-memfd" -> memory(MemoryBackend.Kind.MEMFD, id, options, given);
            case "sev-guest" -> {
                options.allow(SEV_KEYS);
                config.sevGuests.put(id, options);
            }
            default -> {
                if (!WITHOUT_EFFECT.contains(type)) {
                    throw new LaunchException("invalid object type: " + type);
                }
                config.notes.add(given.message("of no effect here"));
            }
        }
    }

    private void memory(MemoryBackend.Kind kind, String id, KeyedOptions options, Given given) {
        options.allow(MEMORY_KEYS);
        long bytes = SizeText.parse("size", options.require("size"), 'B');
        if (bytes == 0) {
            throw new LaunchException(
                    "property 'size' of " + options.get("qom-type") + " doesn't take value '0'");
        }
        boolean file = kind == MemoryBackend.Kind.FILE;
        config.memory.put(
                id,
                new MemoryBackend(
                        id,
                        kind,
                        bytes,
                        options.flag("share", kind == MemoryBackend.Kind.MEMFD),
                        file ? Path.of(options.require("mem-path")) : null,
                        given));
    }

    void numa(String value) {
        KeyedOptions options = KeyedOptions.of(value, "type");
        if (!options.require("type").equals("node")) {
            return;
        }
        String memory = options.get("memdev");
        if (memory != null) {
            config.numaMemory.add(memory);
        }
    }

    /** What needs all objects to be known. */
    void finish() {
        for (String id : config.numaMemory) {
            if (!config.memory.containsKey(id)) {
                throw new LaunchException(
                        "-numa node,memdev="
                                + id
                                + ": memdev="
                                + id
                                + " is ambiguous or does not exist");
            }
        }
        String backend = config.machineProperties.get("memory-backend");
        long backed = 0;
        if (backend != null) {
            MemoryBackend memory = config.memory.get(backend);
            backed = memory == null ? 0 : memory.bytes();
        } else {
            for (String id : config.numaMemory) {
                MemoryBackend memory = config.memory.get(id);
                backed += memory == null ? 0 : memory.bytes();
            }
        }
        if (backed != 0 && config.ramGiven && backed != config.ram) {
            throw new LaunchException(
                    backend != null
                            ? "Size specified by -m option must match size of explicitly specified"
                                    + " 'memory-backend' property"
                            : "total memory for NUMA nodes (0x"
                                    + Long.toHexString(backed)
                                    + ") should equal RAM size (0x"
                                    + Long.toHexString(config.ram)
                                    + ")");
        }
        if (backed != 0) {
            config.ram = backed;
        } else if (config.ram == 0) {
            config.ram = LaunchConfig.DEFAULT_RAM;
        }
    }
}
