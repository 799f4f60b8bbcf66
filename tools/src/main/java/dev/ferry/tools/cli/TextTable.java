package dev.ferry.tools.cli;

import java.util.ArrayList;
import java.util.List;

/** Rows of cells set in columns: words to the left, numbers to the right. */
public final class TextTable {

    private final boolean[] right;
    private final List<String[]> rows = new ArrayList<>();

    /**
     * @param alignment a letter a column: {@code l} or {@code r}
     */
    public TextTable(String alignment) {
        right = new boolean[alignment.length()];
        for (int i = 0; i < right.length; i++) {
            right[i] = alignment.charAt(i) == 'r';
        }
    }

    /** Adds a row. */
    public TextTable row(String... cells) {
        rows.add(cells);
        return this;
    }

    /** The lines, each behind {@code indent}. */
    public List<String> lines(String indent) {
        int[] widths = new int[right.length];
        for (String[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                widths[i] = Math.max(widths[i], row[i].length());
            }
        }
        List<String> lines = new ArrayList<>(rows.size());
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder(indent);
            for (int i = 0; i < row.length; i++) {
                String blanks = " ".repeat(widths[i] - row[i].length());
                line.append(i == 0 ? "" : "  ");
                line.append(right[i] ? blanks + row[i] : row[i] + blanks);
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }
}
