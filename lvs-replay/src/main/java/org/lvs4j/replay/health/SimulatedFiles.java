package org.lvs4j.replay.health;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The files of a recording, by their names in its folder. */
final class SimulatedFiles {
    private final Map<String, String> texts = new HashMap<>();

    /** Adds a file by a line such as {@code value: 5\n}. */
    void add(String line) {
        int colon = line.indexOf(':');
        if (colon >= 0) {
            texts.put(
                    line.substring(0, colon).strip(),
                    unescape(line.substring(colon + 1).stripLeading()));
        }
    }

    /** Changes a file by a line such as {@code file value write 5}, and returns its name. */
    String change(String line) {
        String[] parts = line.split(" ", 4);
        String name = parts.length > 1 ? parts[1] : "";
        String verb = parts.length > 2 ? parts[2] : "";
        if (verb.equals("remove")) {
            texts.remove(name);
        } else {
            texts.put(name, unescape(parts.length > 3 ? parts[3] : ""));
        }
        return name;
    }

    private static String unescape(String text) {
        return text.replace("\\n", "\n");
    }

    @Nullable
    String text(String name) {
        return texts.get(name);
    }

    void write(String name, String text) {
        texts.put(name, text);
    }

    static String nameOf(Path path) {
        Path name = path.getFileName();
        return name == null ? "" : name.toString();
    }
}
