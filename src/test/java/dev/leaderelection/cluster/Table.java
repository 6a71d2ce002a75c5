package dev.leaderelection.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** Rows under a header, for a person: numbers to the right, text to the left. */
public final class Table {

    private final List<String> header;
    private final Set<Integer> text;
    private final List<List<String>> rows = new ArrayList<>();

    /**
     * @param header the columns' names
     * @param text the numbers, from 0 on, of those columns that hold text
     */
    public Table(List<String> header, Set<Integer> text) {
        this.header = List.copyOf(header);
        this.text = Set.copyOf(text);
        rows.add(this.header);
    }

    /** Adds a row of as many cells as there are columns. */
    public void add(String... cells) {
        rows.add(List.of(cells));
    }

    /** Aligned columns. */
    public String text() {
        int[] widths = IntStream.range(0, header.size())
                .map(column -> rows.stream()
                        .mapToInt(row -> row.get(column).length())
                        .max()
                        .orElse(0))
                .toArray();
        StringBuilder out = new StringBuilder();
        for (List<String> row : rows) {
            for (int column = 0; column < header.size(); column++) {
                String cell = row.get(column);
                String padding = " ".repeat(widths[column] - cell.length());
                out.append(text.contains(column) ? cell + padding : padding + cell)
                        .append("  ");
            }
            out.append(System.lineSeparator());
        }
        return out.toString();
    }

    /** The same as Markdown. */
    public String markdown() {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < rows.size(); i++) {
            out.append("| ").append(String.join(" | ", rows.get(i))).append(" |%n".formatted());
            if (i == 0) {
                for (int column = 0; column < header.size(); column++) {
                    out.append(text.contains(column) ? "|---" : "|--:");
                }
                out.append("|%n".formatted());
            }
        }
        return out.toString();
    }
}
