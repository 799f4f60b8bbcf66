package dev.ferry.testdata.qemu;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The machine of a capture as QEMU options: the recorded command line without what tied it to the
 * place of the recording.
 */
final class CommandLine {
    /** Options with one argument that libvirt gave for its own ends. */
    private static final Set<String> LIBVIRTS_OWN =
            Set.of("-L", "-name", "-mon", "-add-fd", "-sandbox", "-msg", "-bios");

    private CommandLine() {}

    static List<String> of(JsonNode metadata) {
        JsonNode recorded = metadata.get("command_line");
        return recorded == null
                ? ofLibvirt(strings(metadata.required("qemu_command_line")))
                : ofQemu(strings(recorded));
    }

    private static List<String> ofQemu(List<String> recorded) {
        List<String> options = new ArrayList<>();
        // The first is the program. -S comes with every start.
        for (int i = 1; i < recorded.size(); i++) {
            String option = recorded.get(i);
            if (option.equals("-serial")) {
                options.addAll(List.of("-serial", QemuProcess.SERIAL));
                i++;
            } else if (!option.equals("-S")) {
                options.add(option);
            }
        }
        return List.copyOf(options);
    }

    private static List<String> ofLibvirt(List<String> recorded) {
        List<String> options = new ArrayList<>();
        for (int i = 0; i < recorded.size(); i++) {
            String option = recorded.get(i);
            String argument = i + 1 < recorded.size() ? recorded.get(i + 1) : "";
            boolean own =
                    LIBVIRTS_OWN.contains(option)
                            || option.equals("-chardev")
                            || (option.equals("-object") && argument.contains("\"secret\""));
            if (own) {
                i++;
            } else if (!option.equals("-S")) {
                options.add(option.replace("charserial0", QemuProcess.SERIAL_CHARDEV));
            }
        }
        options.addAll(List.of("-bios", GuestFiles.FIRMWARE));
        return List.copyOf(options);
    }

    /** The options with another machine type; its properties stay. */
    static List<String> withMachine(List<String> options, String machine) {
        List<String> changed = new ArrayList<>(options);
        int at = changed.indexOf("-machine") + 1;
        String old = changed.get(at);
        int comma = old.indexOf(',');
        changed.set(at, comma < 0 ? machine : machine + old.substring(comma));
        return List.copyOf(changed);
    }

    private static List<String> strings(JsonNode array) {
        List<String> strings = new ArrayList<>();
        array.forEach(element -> strings.add(element.asText()));
        return strings;
    }
}
