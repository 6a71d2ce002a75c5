package dev.leaderelection.monitoring;

import dev.leaderelection.monitoring.Dashboard.Panel;
import dev.leaderelection.monitoring.Dashboard.Query;
import dev.leaderelection.monitoring.Prometheus.Sample;
import dev.leaderelection.monitoring.Prometheus.Series;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** A dashboard as an SVG picture: its panels, in its own grid, with what Prometheus answers to its own queries. */
public final class Picture {

    private static final int WIDTH = 1200;
    private static final int COLUMN = WIDTH / 24;
    private static final int ROW = 34;
    private static final int HEAD = 46;
    private static final int GAP = 4;
    private static final int LEFT = 62;
    private static final int LINE = 15;

    /** Of one time series in the picture, about. */
    private static final int POINTS = 240;

    /** What Grafana takes at least, unless it is told how often is scraped. */
    private static final Duration RATE_INTERVAL = Duration.ofMinutes(1);

    /** Told apart by people who see few colours. */
    private static final List<String> COLOURS = List.of(
            "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f5f3f", "#333333", "#999933",
            "#aa4499");

    private static final DateTimeFormatter CLOCK =
            DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final Instant from;
    private final Instant to;
    private final StringBuilder svg = new StringBuilder();

    private Picture(Instant from, Instant to) {
        this.from = from;
        this.to = to;
    }

    /** Asks for everything that the committed dashboard shows of a time, and draws it. */
    public static String of(Prometheus prometheus, Instant from, Instant to) {
        Duration step = Duration.between(from, to).dividedBy(POINTS);
        return of(Dashboard.read(), from, to, query -> prometheus.ask(query.over(RATE_INTERVAL), from, to, step));
    }

    static String of(Dashboard dashboard, Instant from, Instant to, Function<Query, List<Series>> answers) {
        Picture picture = new Picture(from, to);
        picture.draw(dashboard, answers);
        return picture.svg.toString();
    }

    private void draw(Dashboard dashboard, Function<Query, List<Series>> answers) {
        int rows = dashboard.panels().stream()
                .mapToInt(panel -> panel.y() + panel.height())
                .max()
                .orElse(0);
        int height = HEAD + rows * ROW;
        add(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" "
                        + "font-family=\"Helvetica, Arial, sans-serif\" font-size=\"11\" fill=\"#333333\">",
                WIDTH, height, WIDTH, height);
        add("<rect width=\"%d\" height=\"%d\" fill=\"#f4f5f5\"/>", WIDTH, height);
        text(10, 29, "font-size=\"18\" font-weight=\"bold\"", dashboard.title());
        text(
                WIDTH - 10,
                29,
                "text-anchor=\"end\" font-size=\"13\"",
                CLOCK.format(from) + " to " + CLOCK.format(to) + " UTC");
        dashboard.panels().forEach(panel -> draw(panel, answers));
        add("</svg>");
    }

    private void draw(Panel panel, Function<Query, List<Series>> answers) {
        int x = panel.x() * COLUMN + GAP / 2;
        int y = HEAD + panel.y() * ROW + GAP / 2;
        int width = panel.width() * COLUMN - GAP;
        int height = panel.height() * ROW - GAP;
        add("<svg x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\">", x, y, width, height);
        add("<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\" stroke=\"#d8d9da\"/>", width, height);
        text(8, 18, "font-size=\"13\" font-weight=\"bold\"", panel.title());
        Map<String, Series> series = new TreeMap<>();
        for (Query query : panel.queries()) {
            for (Series one : answers.apply(query)) {
                series.put(panel.queries().indexOf(query) + legend(query, one), one);
            }
        }
        if (series.isEmpty()) {
            text(width / 2.0, height / 2.0, "text-anchor=\"middle\" font-size=\"14\"", "no data");
        } else {
            switch (panel.type()) {
                case "stat" -> stat(panel, series, width, height);
                case "table" -> table(series);
                case "timeseries" -> lines(panel, series, width, height);
                default -> throw new IllegalArgumentException("no such type of panel: " + panel.type());
            }
        }
        add("</svg>");
    }

    private static String legend(Query query, Series series) {
        String legend = query.legend().isEmpty() ? new TreeMap<>(series.labels()).toString() : query.legend();
        for (Map.Entry<String, String> label : series.labels().entrySet()) {
            legend = legend.replace("{{" + label.getKey() + "}}", label.getValue());
        }
        return legend;
    }

    private void stat(Panel panel, Map<String, Series> series, int width, int height) {
        List<Sample> samples = series.values().iterator().next().samples();
        String value =
                Quantity.of(panel.unit()).write(samples.get(samples.size() - 1).value());
        text(width / 2.0, height / 2.0 + 24, "text-anchor=\"middle\" font-size=\"36\"", value);
    }

    /** A line for each label: panels are wider than the labels of a few replicas are many. */
    private void table(Map<String, Series> series) {
        int y = 44;
        for (String name : new TreeMap<>(series.values().iterator().next().labels()).keySet()) {
            text(8, y, "font-weight=\"bold\"", name);
            int x = 120;
            for (Series one : series.values()) {
                text(x, y, "", one.labels().getOrDefault(name, ""));
                x += 220;
            }
            y += LINE + 3;
        }
    }

    private void lines(Panel panel, Map<String, Series> series, int width, int height) {
        Quantity quantity = Quantity.of(panel.unit());
        double greatest = series.values().stream()
                .flatMap(one -> one.samples().stream())
                .mapToDouble(Sample::value)
                .filter(Double::isFinite)
                .max()
                .orElse(0);
        List<Double> marks = quantity.marks(greatest);
        List<List<String>> legend =
                wrapped(series.keySet().stream().map(key -> key.substring(1)).toList(), width);
        int top = 32;
        int bottom = height - 28 - legend.size() * LINE;
        double scale = (bottom - top) / marks.get(marks.size() - 1);
        for (double mark : marks) {
            double y = bottom - mark * scale;
            add("<path d=\"M%d %.1fH%d\" stroke=\"#e3e4e5\"/>", LEFT, y, width - 8);
            text(LEFT - 6, y + 4, "text-anchor=\"end\"", quantity.write(mark));
        }
        clock(bottom, width);
        int number = 0;
        for (Series one : series.values()) {
            add(
                    "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\" stroke-linejoin=\"round\"/>",
                    path(one, bottom, scale, width), colour(number++));
        }
        legend(legend, bottom + 20 + LINE);
    }

    /** The minutes; of a long time, some of them. */
    private void clock(int bottom, int width) {
        long minutes = Math.max(1, Duration.between(from, to).toMinutes() / 6);
        for (long second = (from.getEpochSecond() / 60 + 1) * 60;
                second <= to.getEpochSecond();
                second += minutes * 60) {
            double x = across((double) second, width);
            add("<path d=\"M%.1f 32V%d\" stroke=\"#f0f0f0\"/>", x, bottom + 4);
            text(x, bottom + 16, "text-anchor=\"middle\"", CLOCK.format(Instant.ofEpochSecond(second)));
        }
    }

    private double across(double second, int width) {
        double share = (second - from.toEpochMilli() / 1e3)
                * 1e3
                / Duration.between(from, to).toMillis();
        return LEFT + share * (width - 16 - LEFT);
    }

    /** Broken where there is no number, or nothing at all. */
    private String path(Series series, int bottom, double scale, int width) {
        double step = Duration.between(from, to).toMillis() / 1e3 / POINTS;
        StringBuilder path = new StringBuilder();
        double last = 0;
        for (Sample sample : series.samples()) {
            if (Double.isFinite(sample.value())) {
                path.append(String.format(
                        Locale.ROOT,
                        "%s%.1f %.1f",
                        sample.seconds() - last < 1.5 * step ? "L" : "M",
                        across(sample.seconds(), width),
                        bottom - sample.value() * scale));
                last = sample.seconds();
            }
        }
        return path.toString();
    }

    private static List<List<String>> wrapped(List<String> names, int width) {
        List<List<String>> rows = new ArrayList<>(List.of(new ArrayList<>()));
        int used = LEFT;
        for (String name : names) {
            if (used + width(name) > width && !rows.get(rows.size() - 1).isEmpty()) {
                rows.add(new ArrayList<>());
                used = LEFT;
            }
            rows.get(rows.size() - 1).add(name);
            used += width(name);
        }
        return rows;
    }

    private static int width(String name) {
        return 30 + name.length() * 6;
    }

    private void legend(List<List<String>> rows, int top) {
        int y = top;
        int number = 0;
        for (List<String> row : rows) {
            int x = LEFT;
            for (String name : row) {
                add("<path d=\"M%d %dh12\" stroke=\"%s\" stroke-width=\"3\"/>", x, y - 4, colour(number++));
                text(x + 16, y, "", name);
                x += width(name);
            }
            y += LINE;
        }
    }

    private static String colour(int number) {
        return COLOURS.get(number % COLOURS.size());
    }

    private void text(double x, double y, String style, String text) {
        String escaped = text.replace("&", "&amp;").replace("<", "&lt;");
        add("<text x=\"%.1f\" y=\"%.1f\" %s>%s</text>", x, y, style, escaped);
    }

    private void add(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
