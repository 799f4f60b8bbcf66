package dev.ferry.tools.run;

import dev.ferry.tools.ExitCode;
import dev.ferry.tools.run.LaunchConfig.Accel;
import dev.ferry.tools.run.LaunchConfig.Given;
import dev.ferry.vmm.cpu.Accelerator;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Takes the first accelerator of those asked for that works. */
final class AcceleratorChoice {

    private static final String STANDARD = "tcg";

    /** Makes an accelerator. */
    @FunctionalInterface
    interface Maker {
        /**
         * Makes it.
         *
         * @throws IOException if it does not work here
         */
        Accelerator make() throws IOException;
    }

    private final Map<String, Maker> makers;
    private final Talk talk;

    /**
     * @param makers by name
     */
    AcceleratorChoice(Map<String, Maker> makers, Talk talk) {
        this.makers = makers;
        this.talk = talk;
    }

    /**
     * Makes it. Those behind it are not looked at.
     *
     * @throws LaunchException if none works
     */
    Accelerator choose(List<Accel> asked) {
        List<Accel> accels = asked.isEmpty() ? List.of(standard()) : asked;
        for (int i = 0; i < accels.size(); i++) {
            Accel accel = accels.get(i);
            try {
                return maker(accel).make();
            } catch (IOException e) {
                String problem = accel.given().message(String.valueOf(e.getMessage()));
                if (i + 1 == accels.size()) {
                    throw new LaunchException(problem, ExitCode.IO);
                }
                talk.say(problem + "; falling back to " + accels.get(i + 1).name());
            }
        }
        throw new IllegalStateException("no accelerator");
    }

    private static Accel standard() {
        return new Accel(
                STANDARD, KeyedOptions.of(STANDARD, "accel"), new Given("-accel", STANDARD));
    }

    private Maker maker(Accel accel) {
        if (accel.name().equals("qtest")) {
            throw new LaunchException(
                    accel.given().message("not supported here"), ExitCode.UNSUPPORTED);
        }
        Maker maker = makers.get(accel.name());
        if (maker == null) {
            throw new LaunchException(accel.given().message("invalid accelerator " + accel.name()));
        }
        return maker;
    }
}
