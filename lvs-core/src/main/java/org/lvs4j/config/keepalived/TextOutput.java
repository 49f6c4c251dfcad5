package org.lvs4j.config.keepalived;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lvs4j.health.Script;

/** Writes statements and blocks with indentation, and the words in them with quotes. */
final class TextOutput {
    private final StringBuilder text = new StringBuilder();
    private int depth;

    /** A statement of words that need no quotes. */
    void line(String statement) {
        text.append("    ".repeat(depth)).append(statement).append('\n');
    }

    void open(String header) {
        line(header + " {");
        depth++;
    }

    void close() {
        depth--;
        line("}");
    }

    void flag(String key, boolean given) {
        if (given) {
            line(key);
        }
    }

    @Override
    public String toString() {
        return text.toString();
    }

    /** A word, in quotes if it needs them; null if it cannot be written. */
    static @Nullable String word(String word) {
        boolean quotes = word.isEmpty();
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            if (c == '"' || c == '\n' || c == '\r') {
                return null;
            }
            quotes |= Line.isBlank(c) || "#!{}\\$'".indexOf(c) >= 0;
        }
        // A name behind a dollar is read as a definition up to the quote, unless it is in braces.
        return quotes ? '"' + word + '"' : word;
    }

    /** A program with its arguments, user and group; null if it cannot be written. */
    static @Nullable String script(Script script) {
        StringBuilder command = new StringBuilder();
        for (String word : script.command()) {
            if (word.indexOf('\'') >= 0) {
                return null;
            }
            command.append(command.isEmpty() ? "" : " ").append(argument(word));
        }
        String users = "";
        for (String name : new String[] {script.user(), script.group()}) {
            if (name != null) {
                String written = word(name);
                if (written == null) {
                    return null;
                }
                users += " " + written;
            }
        }
        return rich(command.toString()) + users;
    }

    private static String argument(String word) {
        boolean quotes = word.isEmpty();
        for (int i = 0; i < word.length(); i++) {
            quotes |= Line.isBlank(word.charAt(i)) || word.charAt(i) == '\n';
        }
        return quotes ? "'" + word + "'" : word;
    }

    /** A word of a key whose quotes take escapes. */
    static String rich(String word) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ' && c != '\t') {
                quoted.append(String.format("\\%03o", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }

    /** The words behind {@code #lvs4j}, if there are any. */
    void ours(List<String> words) {
        if (!words.isEmpty()) {
            line(Statement.OURS + " " + String.join(" ", words));
        }
    }
}
