package dev.ferry.stream.multifd;

import dev.ferry.stream.multifd.MultiFdChannels.Marker;
import org.jspecify.annotations.Nullable;

/**
 * How a QEMU of some version synchronises and sends zero pages for some machine type.
 *
 * <p>The marker must be as the destination has it, or both ends wait for each other for ever:
 *
 * <pre>
 *  QEMU      machine type   marker         zero pages
 *  to 8.0    any            every EOS      main channel
 *  8.1, 8.2  to 8.0         every EOS      main channel
 *            8.1 and later  FLUSH record   main channel
 *  from 9.0  to 8.0         every EOS      main channel
 *            8.1, 8.2       FLUSH record   main channel
 *            9.0 and later  FLUSH record   packets
 * </pre>
 *
 * A machine type without a version in its name ({@code microvm}, {@code isapc}) is as new as QEMU;
 * one with a version needs no QEMU version to tell, because only a QEMU at least as new has it.
 * Source: QEMU hw/core/machine.c, hw_compat_8_0 (multifd-flush-after-each-section) and
 * hw_compat_8_2 (zero-page-detection).
 *
 * @param marker which records of the main channel synchronise
 * @param zeroPages how zero pages travel unless the user says otherwise; a destination takes any
 * @param dialect how packets are filled in
 */
public record MultiFdStyle(Marker marker, ZeroPageDetection zeroPages, MultiFdDialect dialect) {

    private static final int V8_0 = 800;
    private static final int V8_2 = 802;
    private static final int NEWEST = Integer.MAX_VALUE;

    public MultiFdStyle {
        if (marker == Marker.UNDECIDED) {
            throw new IllegalArgumentException("a style without a marker");
        }
    }

    /** The style of a machine type that QEMU {@code major.minor} runs, or is to run. */
    public static MultiFdStyle of(String machine, int major, int minor) {
        return of(version(machine), 100 * major + minor);
    }

    /**
     * The style of a machine type with any QEMU that has it. Without a version in the machine's
     * name the newest QEMU is taken.
     */
    public static MultiFdStyle of(String machine) {
        return of(version(machine), NEWEST);
    }

    private static MultiFdStyle of(int machine, int qemu) {
        int oldest = Math.min(machine, qemu);
        return new MultiFdStyle(
                oldest <= V8_0 ? Marker.EVERY_EOS : Marker.FLUSH_RECORD,
                oldest <= V8_2 ? ZeroPageDetection.LEGACY : ZeroPageDetection.MULTIFD,
                qemu <= V8_2 ? MultiFdDialect.QEMU_7_2 : MultiFdDialect.QEMU_10_0);
    }

    /** The version in a machine's name, as 100 * major + minor: {@code pc-q35-8.1} has 801. */
    private static int version(String machine) {
        int at = 0;
        while (at <= machine.length()) {
            int dash = machine.indexOf('-', at);
            int end = dash < 0 ? machine.length() : dash;
            Integer found = majorMinor(machine, at, end);
            if (found != null) {
                return found;
            }
            at = end + 1;
        }
        return NEWEST;
    }

    /** Distributions add to versions ({@code pc-q35-7.2+pve0}), so what follows does not matter. */
    private static @Nullable Integer majorMinor(String text, int from, int to) {
        int dot = digits(text, from, to);
        if (dot == from || dot - from > 2 || dot >= to || text.charAt(dot) != '.') {
            return null;
        }
        int end = digits(text, dot + 1, to);
        if (end == dot + 1 || end - dot > 3) {
            return null;
        }
        return 100 * Integer.parseInt(text, from, dot, 10)
                + Integer.parseInt(text, dot + 1, end, 10);
    }

    private static int digits(String text, int from, int to) {
        int at = from;
        while (at < to && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        return at;
    }
}
