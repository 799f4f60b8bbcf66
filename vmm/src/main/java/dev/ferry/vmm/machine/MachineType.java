package dev.ferry.vmm.machine;

import dev.ferry.vmm.device.QemuLine;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A machine type by its full name.
 *
 * @param name as in {@code -machine} and in streams: {@code pc-q35-7.2}
 * @param board what it is built on
 * @param version major * 100 + minor, of the QEMU whose behaviour it has; 10.0 is 1000
 */
public record MachineType(String name, BoardKind board, int version) {

    /** What the types are built on. */
    public enum BoardKind {
        MICROVM,
        ISAPC,
        I440FX,
        Q35
    }

    private static final String[] VERSIONS = {
        "10.0", "9.2", "9.1", "9.0", "8.2", "8.1", "8.0", "7.2", "7.1", "7.0", "6.2", "6.1", "6.0",
        "5.2", "5.1", "5.0", "4.2", "4.1", "4.0", "3.1", "3.0", "2.12", "2.11", "2.10", "2.9",
        "2.8", "2.7", "2.6", "2.5", "2.4"
    };

    private static final String[] OLD_I440FX = {
        "2.3", "2.2", "2.1", "2.0", "1.7", "1.6", "1.5", "1.4"
    };

    private static final int NEWEST = 1000;

    /** Every type that QEMU 7.2 or 10.0 lists, newest first; without aliases. */
    public static List<MachineType> all() {
        List<MachineType> types = new ArrayList<>();
        types.add(new MachineType("microvm", BoardKind.MICROVM, NEWEST));
        for (String version : VERSIONS) {
            types.add(of("pc-i440fx-", BoardKind.I440FX, version));
        }
        for (String version : OLD_I440FX) {
            types.add(of("pc-i440fx-", BoardKind.I440FX, version));
        }
        for (String version : VERSIONS) {
            types.add(of("pc-q35-", BoardKind.Q35, version));
            if (version.equals("4.1")) {
                types.add(new MachineType("pc-q35-4.0.1", BoardKind.Q35, 400));
            }
        }
        types.add(new MachineType("isapc", BoardKind.ISAPC, NEWEST));
        return types;
    }

    private static MachineType of(String prefix, BoardKind board, String version) {
        int dot = version.indexOf('.');
        int number =
                Integer.parseInt(version.substring(0, dot)) * 100
                        + Integer.parseInt(version.substring(dot + 1));
        return new MachineType(prefix + version, board, number);
    }

    /** The type of this name or alias. */
    public static Optional<MachineType> find(String name) {
        String full =
                switch (name) {
                    case "pc" -> "pc-i440fx-10.0";
                    case "q35" -> "pc-q35-10.0";
                    default -> name;
                };
        for (MachineType type : all()) {
            if (type.name.equals(full)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    /** The type that a name of the same form would have, for versions that are not listed. */
    static Optional<MachineType> like(String name) {
        BoardKind board;
        String version;
        if (name.startsWith("pc-i440fx-")) {
            board = BoardKind.I440FX;
            version = name.substring("pc-i440fx-".length());
        } else if (name.startsWith("pc-q35-")) {
            board = BoardKind.Q35;
            version = name.substring("pc-q35-".length());
        } else if (name.startsWith("pc-0.") || name.startsWith("pc-1.")) {
            board = BoardKind.I440FX;
            version = name.substring("pc-".length());
        } else {
            return Optional.empty();
        }
        int dot = version.indexOf('.');
        int end = version.indexOf('.', dot + 1);
        try {
            int major = Integer.parseInt(version.substring(0, Math.max(dot, 0)));
            int minor =
                    Integer.parseInt(version.substring(dot + 1, end < 0 ? version.length() : end));
            return Optional.of(new MachineType(name, board, major * 100 + minor));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** Another name it goes by, empty for most. */
    public Optional<String> alias() {
        return switch (name) {
            case "pc-i440fx-10.0" -> Optional.of("pc");
            case "pc-q35-10.0" -> Optional.of("q35");
            default -> Optional.empty();
        };
    }

    /** Whether it behaves like a QEMU of this version or a later one. */
    public boolean since(int major, int minor) {
        return version >= major * 100 + minor;
    }

    /** Whose way of describing a machine of this type uses unless told otherwise. */
    public QemuLine line() {
        return version <= 702 ? QemuLine.V7_2 : QemuLine.V10_0;
    }
}
