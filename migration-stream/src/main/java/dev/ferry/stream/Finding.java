package dev.ferry.stream;

/**
 * Something worth telling a person about an input, without ending the reading of it.
 *
 * @param severity how bad it is
 * @param at where
 * @param message what, in the same form as an error's text
 */
public record Finding(Severity severity, Place at, String message) {

    /** How bad a finding is. */
    public enum Severity {
        /** A real destination would fail, or memory would be wrong. */
        ERROR,
        /** Odd, harmless, or not checkable. */
        WARNING
    }
}
