package org.lvs4j.replay.health;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A server of a recording: an address, what it speaks, and how it behaves now. Options are those of the recordings; an
 * option whose name is {@code /path:name} is for one page.
 */
final class SimulatedServer {
    private static final String NO_VALUE = "-";

    private final String address;
    private final String kind;
    private final Map<String, String> options = new TreeMap<>();
    private boolean refuses;

    SimulatedServer(String address, String kind) {
        this.address = address;
        this.kind = kind;
    }

    /** Its address and port. */
    String address() {
        return address;
    }

    /** {@code tcp}, {@code http}, {@code https}, {@code smtp}, {@code dns} or {@code udp}. */
    String kind() {
        return kind;
    }

    boolean refuses() {
        return refuses;
    }

    void refuse(boolean value) {
        refuses = value;
    }

    /** Changes its behaviour by words such as {@code status=500}, {@code delay=-}, {@code reset}. */
    void change(List<String> words) {
        for (String word : words) {
            int equals = word.indexOf('=');
            if (word.equals("reset")) {
                options.clear();
            } else if (equals > 0) {
                String name = word.substring(0, equals);
                String value = word.substring(equals + 1);
                if (value.equals(NO_VALUE)) {
                    options.remove(name);
                } else {
                    options.put(name, value.replace('_', ' '));
                }
            }
        }
    }

    @Nullable
    String option(String name) {
        return options.get(name);
    }

    /** An option of a page, or else of the whole server. */
    @Nullable
    String option(String path, String name) {
        String own = options.get(path + ":" + name);
        return own == null ? options.get(name) : own;
    }

    boolean is(String mode) {
        return mode.equals(options.get("mode"));
    }

    long millis(String name) {
        return number(options.get(name));
    }

    static long number(@Nullable String text) {
        return text != null && text.matches("\\d{1,9}") ? Long.parseLong(text) : 0;
    }

    /** Its behaviour as recordings show it behind a probe. */
    String state() {
        StringBuilder state = new StringBuilder(refuses ? "refuse" : "up");
        options.forEach(
                (name, value) -> state.append(' ').append(name).append('=').append(value));
        return state.toString();
    }
}
