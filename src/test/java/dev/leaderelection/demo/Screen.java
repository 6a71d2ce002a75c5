package dev.leaderelection.demo;

import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Prints for people: headings, commands with what they printed, and tables; in colour only where it was asked for. */
final class Screen {

    private static final String BOLD = "\u001b[1m";
    private static final String GREEN = "\u001b[32m";
    private static final String DIM = "\u001b[2m";
    private static final String RESET = "\u001b[0m";

    private final PrintStream out;
    private final boolean colour;

    Screen(PrintStream out, boolean colour) {
        this.out = out;
        this.colour = colour;
    }

    void title(String text) {
        print("\n" + styled(BOLD, text));
    }

    void line(String text) {
        print("  " + text);
    }

    void note(String text) {
        print("  " + styled(DIM, text));
    }

    void command(String command) {
        print("  " + styled(BOLD, "$ " + command));
    }

    void output(String text) {
        text.lines().forEach(line -> print("  " + line));
    }

    /** What was seen, and how long after its cause. */
    void seen(Duration after, String what) {
        print("  " + styled(GREEN, "%11s".formatted("+ " + milliseconds(after))) + "  " + what);
    }

    /** Columns as wide as their widest cell; those that hold numbers are aligned to the right. */
    void table(List<String> head, List<List<String>> rows, int numbers) {
        List<Integer> widths = IntStream.range(0, head.size())
                .mapToObj(column -> IntStream.concat(
                                IntStream.of(head.get(column).length()),
                                rows.stream().mapToInt(row -> row.get(column).length()))
                        .max()
                        .orElse(0))
                .toList();
        print("  " + styled(BOLD, row(head, widths, numbers)));
        rows.forEach(row -> print("  " + row(row, widths, numbers)));
    }

    static String milliseconds(Duration duration) {
        return String.format(Locale.ROOT, "%d ms", Math.round(duration.toNanos() / 1e6));
    }

    static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f s", duration.toNanos() / 1e9);
    }

    private static String row(List<String> cells, List<Integer> widths, int numbers) {
        int firstNumber = cells.size() - numbers;
        return IntStream.range(0, cells.size())
                .mapToObj(column -> ("%" + (column < firstNumber ? "-" : "") + widths.get(column) + "s")
                        .formatted(cells.get(column)))
                .collect(Collectors.joining("   "))
                .stripTrailing();
    }

    private String styled(String style, String text) {
        return colour ? style + text + RESET : text;
    }

    private void print(String line) {
        out.println(line);
        out.flush();
    }
}
