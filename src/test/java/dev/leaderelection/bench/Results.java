package dev.leaderelection.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.leaderelection.cluster.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

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
        return rows().text();
    }

    String markdown() {
        StringBuilder text = new StringBuilder(rows().markdown()).append("%n".formatted());
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

    private Table rows() {
        Table rows = new Table(HEADER, Set.of(0, 4, 7));
        for (Figure figure : figures) {
            Figure.Target target = figure.target();
            rows.add(
                    figure.what(),
                    Integer.toString(figure.samples()),
                    number(figure.figure()),
                    figure.limit() == null ? "" : number(figure.limit()),
                    figure.unit(),
                    figure.limit() == null ? "" : number(figure.ratio()),
                    target == null ? "" : "≤ " + number(target.most()) + (target.ofLimit() ? " ×" : ""),
                    target == null ? "" : figure.isReached() ? "yes" : "no");
        }
        return rows;
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, Math.abs(value) >= 100 ? "%.0f" : "%.2f", value);
    }
}
