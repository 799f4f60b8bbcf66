package dev.ferry.stream.vmstate;

/**
 * Where a layout was seen.
 *
 * @param target the emulated architecture, as in {@code qemu-system-TARGET}
 * @param qemu the QEMU version that described it
 * @param machine the machine type, for example {@code pc-q35-10.0}
 * @param silent how many section ids before RAM's stood for no section in the stream, {@link
 *     StreamClues#UNKNOWN} if not known. Handlers take ids as they register whether they have
 *     something to say or not, so this tells releases of QEMU apart that call fields differently
 */
record LayoutOrigin(String target, String qemu, String machine, int silent) {

    private static final int SAME_FAMILY = 1;
    private static final int SAME_TARGET = 1_000_000;
    private static final int OTHER_TARGET = 2_000_000;

    /**
     * How far this origin is from a stream: 0 is the same machine type and, as far as silent
     * sections tell, the same line of QEMU. The machine weighs more.
     */
    int distance(String wanted, int silentThere, boolean sameTarget) {
        return 2 * distance(wanted, sameTarget) + (silent == silentThere ? 0 : 1);
    }

    private int distance(String wanted, boolean sameTarget) {
        if (machine.equals(wanted)) {
            return 0;
        }
        if (!wanted.isEmpty() && family(machine).equals(family(wanted))) {
            return SAME_FAMILY + Math.abs(release(machine) - release(wanted));
        }
        return sameTarget ? SAME_TARGET : OTHER_TARGET;
    }

    /** A machine type without its version: {@code pc-q35} of {@code pc-q35-10.0}. */
    static String family(String machine) {
        int dash = machine.lastIndexOf('-');
        return dash > 0 && isVersion(machine, dash + 1) ? machine.substring(0, dash) : machine;
    }

    /** Major version times 1000 plus minor version, 0 for a machine type without. */
    private static int release(String machine) {
        int dash = machine.lastIndexOf('-');
        if (dash < 0 || !isVersion(machine, dash + 1)) {
            return 0;
        }
        int part = 0;
        int release = 0;
        int dots = 0;
        for (int i = dash + 1; i < machine.length() && dots < 2; i++) {
            char c = machine.charAt(i);
            if (c == '.') {
                dots++;
                release = dots == 1 ? part * 1000 : release + part;
                part = 0;
            } else {
                part = Math.min(part * 10 + (c - '0'), 999);
            }
        }
        return dots == 0 ? part * 1000 : dots == 1 ? release + part : release;
    }

    private static boolean isVersion(String text, int from) {
        boolean dot = false;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '.') {
                dot = true;
            } else if (c < '0' || c > '9') {
                return false;
            }
        }
        return dot;
    }
}
