package dev.leaderelection.docs;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A command that the documentation shows, and what it says it prints.
 *
 * @param where file and line
 * @param words the command's words, quotes removed
 * @param output the lines that it prints
 */
record ConsoleCommand(String where, List<String> words, List<String> output) {

    private static final String PROMPT = "$ ";

    ConsoleCommand {
        words = List.copyOf(words);
        output = List.copyOf(output);
    }

    /** All commands of a page, in order, those in its tables among them. */
    static List<ConsoleCommand> of(Markdown page) {
        return Stream.concat(page.blocks("console").stream(), page.cells().stream())
                .sorted(Comparator.comparingInt(Markdown.Block::line))
                .flatMap(block -> of(page.file(), block).stream())
                .toList();
    }

    private static List<ConsoleCommand> of(Path file, Markdown.Block block) {
        List<ConsoleCommand> commands = new ArrayList<>();
        List<String> lines = block.text().lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            String where = file + ":" + (block.line() + i);
            if (!lines.get(i).startsWith(PROMPT)) {
                throw new IllegalStateException(where + ": output without a command");
            }
            List<String> words = words(where, lines.get(i).substring(PROMPT.length()));
            List<String> output = new ArrayList<>();
            while (i + 1 < lines.size() && !lines.get(i + 1).startsWith(PROMPT)) {
                i++;
                output.add(lines.get(i).stripTrailing());
            }
            commands.add(new ConsoleCommand(where, words, output));
        }
        return commands;
    }

    boolean isKubectl() {
        return words.get(0).equals("kubectl");
    }

    /** Whether it is kubectl's plugin that runs it. */
    boolean isPlugin() {
        return isKubectl() && words.get(1).equals("election");
    }

    boolean isHelm() {
        return words.get(0).equals("helm");
    }

    /** What comes after the program's name. */
    List<String> arguments() {
        return words.subList(1, words.size());
    }

    String verb() {
        return words.get(1);
    }

    /** Whether the page says that it fails. */
    boolean failsAsShown() {
        return !output.isEmpty()
                && (output.get(0).startsWith("The ")
                        || output.get(0).startsWith("Error")
                        || output.get(0).startsWith("error: "));
    }

    @Override
    public String toString() {
        return where + " $ " + String.join(" ", words);
    }

    /** Words as a shell takes them, as far as the documentation goes: single and double quotes, nothing expanded. */
    private static List<String> words(String where, String line) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        char quote = 0;
        boolean inWord = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (quote != 0) {
                if (c == quote) {
                    quote = 0;
                } else {
                    word.append(c);
                }
            } else if (c == '\'' || c == '"') {
                quote = c;
                inWord = true;
            } else if (c == ' ') {
                if (inWord) {
                    words.add(word.toString());
                    word.setLength(0);
                    inWord = false;
                }
            } else if ("|&;<>$`\\*?{}()".indexOf(c) >= 0) {
                throw new IllegalStateException(where + ": '" + c + "' unquoted; show one plain command for each line");
            } else {
                word.append(c);
                inWord = true;
            }
        }
        if (quote != 0) {
            throw new IllegalStateException(where + ": a quote that is never closed");
        }
        if (inWord) {
            words.add(word.toString());
        }
        return words;
    }
}
