package dev.ferry.testdata.qemu;

/** A QEMU release line that captures come from and tests talk to. */
public enum QemuRelease {
    /** The first with a multifd that lasts; still has {@code compress} and {@code block}. */
    V7_2("7.2", "FERRY_QEMU7"),
    /** The first with multifd device state; mapped-ram and {@code file:} came before it. */
    V10_0("10.0", "FERRY_QEMU10");

    private final String line;
    private final String variable;

    QemuRelease(String line, String variable) {
        this.line = line;
        this.variable = variable;
    }

    /** The version's first two components, such as {@code 7.2}. */
    public String line() {
        return line;
    }

    /**
     * The environment variable that names a directory with this release in {@code usr/bin} or
     * {@code bin}.
     */
    public String variable() {
        return variable;
    }

    /** Whether a version such as {@code 7.2.22} belongs to this line. */
    public boolean includes(String version) {
        return version.equals(line) || version.startsWith(line + ".");
    }

    /**
     * The line of a version.
     *
     * @throws IllegalArgumentException if it belongs to none
     */
    public static QemuRelease of(String version) {
        for (QemuRelease release : values()) {
            if (release.includes(version)) {
                return release;
            }
        }
        throw new IllegalArgumentException("no release line for QEMU " + version);
    }

    /** The line, so that a parameterised test displays it. */
    @Override
    public String toString() {
        return line;
    }
}
