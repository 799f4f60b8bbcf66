package dev.ferry.tools.inspect;

/**
 * Which devices the user named: {@code cpu}, {@code cpu/1}, {@code 0000:00:1f.2/ich9_ahci} or its
 * last part {@code ich9_ahci}. An empty name passes all.
 */
record DeviceFilter(String name) {

    static final DeviceFilter ALL = new DeviceFilter("");

    boolean passes(String section, long instance) {
        return name.isEmpty()
                || name.equals(section)
                || section.endsWith("/" + name)
                || name.equals(section + "/" + instance)
                || (section + "/" + instance).endsWith("/" + name);
    }
}
