package dev.ferry.tools.run;

import dev.ferry.vmm.machine.MachineType;
import java.io.PrintStream;

/** What {@code help} as a value prints. */
final class MachineList {

    private static final int COLUMN = 21;

    private MachineList() {}

    static void print(PrintStream out) {
        out.println("Supported machines are:");
        for (MachineType type : MachineType.all()) {
            String board = board(type.board());
            type.alias()
                    .ifPresent(
                            alias -> line(out, alias, board + " (alias of " + type.name() + ")"));
            boolean standard =
                    type.alias().filter(MachineMaker.DEFAULT_MACHINE::equals).isPresent();
            line(out, type.name(), standard ? board + " (default)" : board);
        }
    }

    private static void line(PrintStream out, String name, String text) {
        out.println(name + " ".repeat(Math.max(1, COLUMN - name.length())) + text);
    }

    private static String board(MachineType.BoardKind kind) {
        return switch (kind) {
            case MICROVM -> "microvm (i386)";
            case ISAPC -> "ISA-only PC";
            case I440FX -> "Standard PC (i440FX + PIIX, 1996)";
            case Q35 -> "Standard PC (Q35 + ICH9, 2009)";
        };
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
