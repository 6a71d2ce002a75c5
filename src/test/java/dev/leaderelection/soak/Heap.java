package dev.leaderelection.soak;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What lives in a JVM's heap right after a full collection, which asking for it brings about.
 *
 * @param seconds since the start of the run
 * @param mebibytes the bytes of all objects that are left
 * @param memories what the operator remembers of elections: one object each
 * @param states what its framework remembers of elections: one object each
 */
public record Heap(double seconds, double mebibytes, long memories, long states) {

    private static final double MEBIBYTE = 1024 * 1024;
    private static final String MEMORY = "dev.leaderelection.reconciler.ElectionMemory";
    private static final String STATE = "io.javaoperatorsdk.operator.processing.event.ResourceState";

    /** Asks a JVM of this machine for its class histogram. */
    public static Heap of(long pid, double seconds) throws IOException, InterruptedException {
        Process jcmd = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(pid),
                        "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        String text = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (jcmd.waitFor() != 0) {
            throw new IOException("no class histogram: " + text);
        }
        return parse(text, seconds);
    }

    /** Reads a class histogram. */
    static Heap parse(String histogram, double seconds) {
        List<String> lines = histogram.lines().toList();
        Matcher total = Pattern.compile("Total\\s+\\d+\\s+(\\d+)").matcher(lines.get(lines.size() - 1));
        if (!total.find()) {
            throw new IllegalArgumentException("no total in the class histogram: " + lines.get(lines.size() - 1));
        }
        return new Heap(
                seconds, Long.parseLong(total.group(1)) / MEBIBYTE, instances(lines, MEMORY), instances(lines, STATE));
    }

    private static long instances(List<String> lines, String type) {
        Pattern row = Pattern.compile("\\s*\\d+:\\s+(\\d+)\\s+\\d+\\s+" + Pattern.quote(type) + "(\\s.*)?");
        return lines.stream()
                .map(row::matcher)
                .filter(Matcher::matches)
                .mapToLong(matcher -> Long.parseLong(matcher.group(1)))
                .sum();
    }
}
