package dev.ferry.tools.cli;

/** Emphasis, where the reader's terminal shows it. */
public enum Style {
    PLAIN(false),
    COLOUR(true);

    private final boolean colour;

    Style(boolean colour) {
        this.colour = colour;
    }

    /** The style for a console's result. */
    public static Style of(Console console) {
        return console.terminal().colour() ? COLOUR : PLAIN;
    }

    public String bold(String text) {
        return wrap("1", text);
    }

    public String dim(String text) {
        return wrap("2", text);
    }

    public String red(String text) {
        return wrap("31", text);
    }

    public String yellow(String text) {
        return wrap("33", text);
    }

    private String wrap(String code, String text) {
        return colour && !text.isEmpty() ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }
}
