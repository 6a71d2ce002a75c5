package dev.leaderelection.monitoring;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the numbers of a panel measure: how one is written, and where its axis is marked. */
enum Quantity {
    COUNT("short", 1),
    SECONDS("s", 1),
    BYTES("bytes", 1024 * 1024),
    SHARE("percentunit", 0.01),
    RATE("ops", 1);

    private static final double[] ROUND = {1, 2, 5, 10};

    private final String unit;
    private final double scale;

    Quantity(String unit, double scale) {
        this.unit = unit;
        this.scale = scale;
    }

    /**
     * The one of a panel.
     *
     * @param unit as Grafana names it
     * @throws IllegalArgumentException when no panel has had it yet
     */
    static Quantity of(String unit) {
        for (Quantity quantity : values()) {
            if (quantity.unit.equals(unit)) {
                return quantity;
            }
        }
        throw new IllegalArgumentException("no such unit: " + unit);
    }

    String write(double value) {
        return switch (this) {
            case COUNT -> digits(value);
            case SECONDS -> value != 0 && Math.abs(value) < 1 ? digits(value * 1000) + " ms" : digits(value) + " s";
            case BYTES -> digits(value / scale) + " MiB";
            case SHARE -> digits(value / scale) + " %";
            case RATE -> digits(value) + "/s";
        };
    }

    /** Round numbers from 0 up to the first that is not below the greatest value; about four. */
    List<Double> marks(double greatest) {
        if (greatest <= 0) {
            return List.of(0.0, scale);
        }
        double rough = greatest / scale / 4;
        double magnitude = Math.pow(10, Math.floor(Math.log10(rough)));
        double step = magnitude * 10;
        for (double round : ROUND) {
            if (round * magnitude >= rough) {
                step = round * magnitude;
                break;
            }
        }
        List<Double> marks = new ArrayList<>(List.of(0.0));
        while (marks.get(marks.size() - 1) < greatest) {
            marks.add(marks.size() * step * scale);
        }
        return marks;
    }

    /** Three digits that count. */
    private static String digits(double value) {
        int decimals = value == 0 ? 0 : Math.max(0, 2 - (int) Math.floor(Math.log10(Math.abs(value))));
        String text = String.format(Locale.ROOT, "%." + Math.min(decimals, 6) + "f", value);
        return text.contains(".") ? text.replaceFirst("\\.?0+$", "") : text;
    }
}
