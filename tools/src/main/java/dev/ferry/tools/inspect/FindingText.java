package dev.ferry.tools.inspect;

import dev.ferry.stream.Finding;
import dev.ferry.tools.cli.SafeText;
import dev.ferry.tools.cli.Style;

/** A finding in a line of text. */
public final class FindingText {

    private FindingText() {}

    /** {@code error at 0x1234, section 1 'ram': what}. */
    public static String of(Finding finding, Style style) {
        String severity =
                switch (finding.severity()) {
                    case ERROR -> style.red("error");
                    case WARNING -> style.yellow("warning");
                };
        String where = finding.at().breadcrumb();
        return severity
                + " at 0x"
                + Long.toHexString(finding.at().offset())
                + (where.isEmpty() ? "" : ", " + SafeText.of(where))
                + ": "
                + SafeText.of(finding.message());
    }
}
