package dev.ferry.tools.cli;

import dev.ferry.tools.ExitCode;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Tells the user what went wrong: one line, or all of it for whoever debugs. */
public final class Failure {

    private Failure() {}

    /** Says it and returns the exit code for it. */
    static ExitCode report(Throwable failure, boolean debug, Console console) {
        console.say(message(failure));
        if (debug) {
            failure.printStackTrace(console.err());
        }
        return ExitCode.of(failure);
    }

    /** What happened, in one line. */
    public static String message(Throwable failure) {
        String message = failure.getMessage();
        return switch (failure) {
            case FileSystemException e -> e.getFile() + ": " + reason(e);
            case IOException e -> message == null ? "input or output failed" : oneLine(message);
            case UsageException e -> oneLine(String.valueOf(message));
            case UnmatchedArgumentException e -> oneLine(message + suggestion(e));
            case ParameterException e -> oneLine(String.valueOf(message));
            case OutOfMemoryError e ->
                    "out of memory: give more, for example FERRY_JAVA_OPTIONS=-Xmx1g";
            default ->
                    "internal error, please report it: "
                            + oneLine(failure.toString())
                            + " (--debug shows more)";
        };
    }

    private static String reason(FileSystemException e) {
        if (e instanceof NoSuchFileException) {
            return "no such file or directory";
        }
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof FileAlreadyExistsException) {
            return "exists already";
        }
        String reason = e.getReason();
        return reason == null ? "cannot be used" : oneLine(reason);
    }

    private static String suggestion(UnmatchedArgumentException e) {
        return e.getSuggestions().isEmpty()
                ? ""
                : "; did you mean " + e.getSuggestions().getFirst() + "?";
    }

    private static String oneLine(String text) {
        return text.replace('\n', ' ').replace("\r", "");
    }
}
