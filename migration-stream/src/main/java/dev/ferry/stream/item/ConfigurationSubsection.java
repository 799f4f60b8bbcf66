package dev.ferry.stream.item;

import java.util.List;
import java.util.UUID;

/**
 * A subsection of the configuration section. QEMU writes at most one of each, in the order they
 * stand here, and reads them in any order. Source: QEMU migration/savevm.c, vmstate_configuration.
 */
public sealed interface ConfigurationSubsection {

    /** The name on the wire. */
    String name();

    /**
     * {@code u32 bits}.
     *
     * @param bits log2 of the target page size
     */
    record TargetPageBits(int bits) implements ConfigurationSubsection {
        @Override
        public String name() {
            return "configuration/target-page-bits";
        }
    }

    /** {@code u32 count, count * str8 name}. */
    record Capabilities(List<String> names) implements ConfigurationSubsection {

        public Capabilities {
            names = List.copyOf(names);
        }

        @Override
        public String name() {
            return "configuration/capabilities";
        }
    }

    /** {@code byte[16]}, in the order of the UUID's text. */
    record Uuid(UUID uuid) implements ConfigurationSubsection {
        @Override
        public String name() {
            return "configuration/uuid";
        }
    }
}
