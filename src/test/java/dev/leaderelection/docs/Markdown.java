package dev.leaderelection.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A page of the documentation, its fenced blocks, and the commands in its tables.
 *
 * @param file where it is
 * @param blocks its fenced blocks, in order
 * @param cells the commands that stand in tables, each as a block of its own, in order
 */
record Markdown(Path file, List<Block> blocks, List<Block> cells) {

    private static final String FENCE = "```";
    private static final Pattern CELL =
            Pattern.compile("`((?:kubectl|helm|mvn) [^`]+|(?:src/test|examples)/[^ `]+\\.sh[^`]*)`");

    Markdown {
        blocks = List.copyOf(blocks);
        cells = List.copyOf(cells);
    }

    /**
     * A fenced block.
     *
     * @param language what its fence says it is; may be empty
     * @param line where its text begins, from 1
     * @param text what is in it
     */
    record Block(String language, int line, String text) {}

    /** Every page that users read: README.md, those of the examples, and the site. */
    static List<Markdown> all() {
        List<Path> files = new ArrayList<>(List.of(Path.of("README.md")));
        files.addAll(under(Path.of("examples")));
        files.addAll(under(Path.of("src", "site", "markdown")));
        return files.stream().map(Markdown::read).toList();
    }

    List<Block> blocks(String language) {
        return blocks.stream()
                .filter(block -> block.language().equals(language))
                .toList();
    }

    @Override
    public String toString() {
        return file.toString();
    }

    private static List<Path> under(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Markdown read(Path file) {
        try {
            List<String> lines = Files.readAllLines(file);
            return new Markdown(file, parse(file, lines), cells(lines));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Block> cells(List<String> lines) {
        List<Block> cells = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith("|")) {
                Matcher matcher = CELL.matcher(lines.get(i));
                while (matcher.find()) {
                    cells.add(new Block("console", i + 1, "$ " + matcher.group(1) + "\n"));
                }
            }
        }
        return cells;
    }

    private static List<Block> parse(Path file, List<String> lines) {
        List<Block> blocks = new ArrayList<>();
        int opened = -1;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (!line.stripLeading().startsWith(FENCE)) {
                continue;
            }
            if (!line.startsWith(FENCE)) {
                throw new IllegalStateException(
                        file + ":" + (i + 1) + ": an indented fence, which the tests would not find");
            }
            if (opened < 0) {
                opened = i;
            } else {
                String language = lines.get(opened).substring(FENCE.length()).strip();
                blocks.add(new Block(language, opened + 2, String.join("\n", lines.subList(opened + 1, i)) + "\n"));
                opened = -1;
            }
        }
        if (opened >= 0) {
            throw new IllegalStateException(file + ":" + (opened + 1) + ": a block that is never closed");
        }
        return blocks;
    }
}
