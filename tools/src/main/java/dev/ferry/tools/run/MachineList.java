package dev.ferry.tools.run;

import java.io.PrintStream;

/** What {@code help} as a value prints. */
final class MachineList {

    private MachineList() {}

    static void print(PrintStream out) {
        out.println("Supported machines are:");
        for (String[] machine :
                new String[][] {
                    {"isapc", "ISA-only PC"},
                    {"microvm", "microvm (i386)"},
                    {"none", "empty machine"},
                    {"pc", "Standard PC (i440FX + PIIX, 1996) (alias of pc-i440fx-10.0)"},
                    {"pc-i440fx-10.0", "Standard PC (i440FX + PIIX, 1996) (default)"},
                    {"pc-i440fx-7.2", "Standard PC (i440FX + PIIX, 1996)"},
                    {"q35", "Standard PC (Q35 + ICH9, 2009) (alias of pc-q35-10.0)"},
                    {"pc-q35-10.0", "Standard PC (Q35 + ICH9, 2009)"},
                    {"pc-q35-7.2", "Standard PC (Q35 + ICH9, 2009)"}
                }) {
            out.println(
                    machine[0] + " ".repeat(Math.max(1, 21 - machine[0].length())) + machine[1]);
        }
    }

    static void printCpus(PrintStream out) {
        out.println("Available CPUs:");
        out.println("  qemu64");
    }

    static void printAccels(PrintStream out) {
        out.println("Accelerators supported by this program:");
        out.println("tcg");
        out.println("kvm");
    }
}
