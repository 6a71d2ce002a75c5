package dev.leaderelection.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** All figures of a run, and the machine that they hold for. */
final class Results {

    private static final List<String> HEADER =
            List.of("what", "n", "figure", "limit", "unit", "ratio", "target", "reached");

    private final Map<String, String> machine;
    private final List<Figure> figures = new ArrayList<>();
    private final Map<String, Samples> samples = new TreeMap<>();

    Results(Map<String, String> machine) {
        this.machine = machine;
    }

    void add(Figure figure) {
        figures.add(figure);
    }

    /** Keeps single values for the JSON, so that whoever doubts a percentile can compute another. */
    void keep(String name, Samples values) {
        samples.put(name, values);
    }

    /** Aligned columns. */
    String table() {
        List<List<String>> rows = rows();
        int[] widths = IntStream.range(0, HEADER.size())
                .map(column -> rows.stream()
                        .mapToInt(row -> row.get(column).length())
                        .max()
                        .orElse(0))
                .toArray();
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            for (int column = 0; column < row.size(); column++) {
                String cell = row.get(column);
                String padding = " ".repeat(widths[column] - cell.length());
                text.append(isText(column) ? cell + padding : padding + cell).append("  ");
            }
            text.append(System.lineSeparator());
        }
        return text.toString();
    }

    String markdown() {
        StringBuilder text = new StringBuilder();
        List<List<String>> rows = rows();
        for (int i = 0; i < rows.size(); i++) {
            text.append("| ").append(String.join(" | ", rows.get(i))).append(" |%n".formatted());
            if (i == 0) {
                for (int column = 0; column < HEADER.size(); column++) {
                    text.append(isText(column) ? "|---" : "|--:");
                }
                text.append("|%n".formatted());
            }
        }
        text.append("%n".formatted());
        machine.forEach((name, value) -> text.append("- %s: %s%n".formatted(name, value)));
        return text.toString();
    }

    void write(Path file) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode root = mapper.createObjectNode();
        root.set("machine", mapper.valueToTree(machine));
        ArrayNode list = root.putArray("figures");
        for (Figure figure : figures) {
            ObjectNode node = list.addObject()
                    .put("what", figure.what())
                    .put("samples", figure.samples())
                    .put("unit", figure.unit())
                    .put("figure", figure.figure());
            if (figure.limit() != null) {
                node.put("limit", figure.limit()).put("ratio", figure.ratio());
            }
            if (figure.target() != null) {
                node.put("target", figure.target().most())
                        .put("targetIsRatio", figure.target().ofLimit())
                        .put("reached", figure.isReached());
            }
        }
        ObjectNode values = root.putObject("values");
        samples.forEach((name, kept) -> values.set(name, mapper.valueToTree(kept.values())));
        Files.createDirectories(file.toAbsolutePath().getParent());
        mapper.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), root);
    }

    private List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(HEADER);
        for (Figure figure : figures) {
            Figure.Target target = figure.target();
            rows.add(List.of(
                    figure.what(),
                    Integer.toString(figure.samples()),
                    number(figure.figure()),
                    figure.limit() == null ? "" : number(figure.limit()),
                    figure.unit(),
                    figure.limit() == null ? "" : number(figure.ratio()),
                    target == null ? "" : "≤ " + number(target.most()) + (target.ofLimit() ? " ×" : ""),
                    target == null ? "" : figure.isReached() ? "yes" : "no"));
        }
        return rows;
    }

    private static boolean isText(int column) {
        return column == 0 || column == 4 || column == 7;
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, Math.abs(value) >= 100 ? "%.0f" : "%.2f", value);
    }
}
