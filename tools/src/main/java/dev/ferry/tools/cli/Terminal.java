package dev.ferry.tools.cli;

/** Which standard streams are terminals. Asked only when it matters: finding out takes time. */
public interface Terminal {

    /** Whether the result goes to a terminal. */
    boolean output();

    /** Whether messages go to a terminal. */
    boolean errors();

    /** Whether the result may be coloured. */
    boolean colour();

    /** Nothing is a terminal. */
    Terminal NONE =
            new Terminal() {
                @Override
                public boolean output() {
                    return false;
                }

                @Override
                public boolean errors() {
                    return false;
                }

                @Override
                public boolean colour() {
                    return false;
                }
            };
}
