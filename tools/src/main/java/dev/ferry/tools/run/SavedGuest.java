package dev.ferry.tools.run;

import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.convert.SavedSection;
import dev.ferry.stream.convert.SavedVm;
import dev.ferry.tools.cli.Console;
import dev.ferry.tools.input.InputFiles;
import dev.ferry.tools.input.RereadableInput;
import dev.ferry.tools.inspect.GlobalState;
import dev.ferry.tools.run.LaunchConfig.Given;
import java.io.Closeable;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The saved state that a machine is made from: read, and ready to be loaded. */
final class SavedGuest implements Closeable {

    private final RereadableInput input;
    private final SavedVm vm;
    private final @Nullable InputStream part;

    private SavedGuest(RereadableInput input, SavedVm vm, @Nullable InputStream part) {
        this.input = input;
        this.vm = vm;
        this.part = part;
    }

    /** Reads anything that is an input. */
    static SavedGuest read(InputFiles files, Console console) throws IOException {
        return read(files, console, null);
    }

    private static SavedGuest read(InputFiles files, Console console, @Nullable InputStream part)
            throws IOException {
        RereadableInput input = RereadableInput.open(files, console);
        try {
            SavedVm vm = SavedVm.read(input);
            input.endProgress();
            return new SavedGuest(input, vm, part);
        } catch (IOException | RuntimeException | Error e) {
            try {
                input.close();
            } catch (IOException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
    }

    /** Reads {@code file:PATH[,offset=SIZE]}. */
    static SavedGuest incoming(Given given, Console console) throws IOException {
        String[] rest = {given.value().substring("file:".length())};
        long[] offset = {0};
        LaunchReader.within(
                given,
                () -> {
                    int at = rest[0].lastIndexOf(",offset=");
                    if (at >= 0) {
                        String size = rest[0].substring(at + ",offset=".length());
                        offset[0] = SizeText.parse("offset", size, 'B');
                        rest[0] = rest[0].substring(0, at);
                    }
                });
        InputFiles whole = files(rest[0]);
        if (offset[0] == 0) {
            return read(whole, console);
        }
        try {
            // mapped-ram: says itself where it begins, and its pages are placed in the whole file.
            return read(whole, console);
        } catch (MalformedStreamException e) {
            FileInputStream part = new FileInputStream(Path.of(rest[0]).toFile());
            try {
                part.getChannel().position(offset[0]);
                Console behind =
                        new Console(part, console.out(), console.err(), console.terminal());
                return read(files(InputFiles.STANDARD_INPUT), behind, part);
            } catch (IOException | RuntimeException | Error f) {
                part.close();
                throw f;
            }
        }
    }

    private static InputFiles files(String main) {
        return InputFiles.of(main, List.of(), List.of(), null, null, null, null, null);
    }

    SavedVm vm() {
        return vm;
    }

    /** Whether it is an SEV guest, whose pages were decrypted on the way. */
    boolean sev() {
        return input.sev() != null;
    }

    /** Pages that never came, which the guest has as zeros. */
    long unsent() {
        return vm.unsent();
    }

    /** Whether the guest was running when it was saved. */
    boolean running() throws IOException {
        SavedSection section = vm.device(GlobalState.SECTION, 0);
        GlobalState state = section == null ? null : GlobalState.of(section.state().root());
        return state == null || state.runstate().equals("running");
    }

    /** How many sections of that name there are. */
    int count(String name) {
        int count = 0;
        for (SavedSection section : vm.devices()) {
            count += section.name().equals(name) ? 1 : 0;
        }
        return count;
    }

    @Override
    public void close() throws IOException {
        try (input;
                vm) {
            if (part != null) {
                part.close();
            }
        }
    }
}
