package dev.ferry.tools.diff;

import java.io.IOException;
import java.io.Serial;

/** Something is wrong with one of the two inputs. */
final class SideException extends IOException {

    @Serial private static final long serialVersionUID = 1L;

    private final String letter;
    private final IOException problem;

    /**
     * @param letter the input, A or B
     */
    SideException(String letter, IOException problem) {
        super(problem.getMessage(), problem);
        this.letter = letter;
        this.problem = problem;
    }

    String letter() {
        return letter;
    }

    /** What happened, as if there were one input only. */
    IOException problem() {
        return problem;
    }
}
