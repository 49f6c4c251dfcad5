package org.lvs4j.netty.tun;

import java.util.StringTokenizer;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.IpAddress;

/** Translates the lines that {@code ip -o -N} lists to the commands that would add the same. Immutable. */
final class KernelListing {
    private final String prefix;
    private final String hostLength;

    /**
     * For an address family.
     *
     * @param prefix the beginning of commands for the family, {@code ip} or {@code ip -6} and a space
     */
    KernelListing(String prefix) {
        this.prefix = prefix;
        hostLength = prefix.contains("-6") ? "/128" : "/32";
    }

    /** The command that would add what a line of the answer to a query shows, or null if no step adds it. */
    @Nullable
    String command(String query, String line) {
        // With -o, a backslash stands for the end of a line within the description of an object.
        StringTokenizer tokens = new StringTokenizer(line, " \t\\");
        String[] words = new String[tokens.countTokens()];
        for (int i = 0; i < words.length; i++) {
            words[i] = tokens.nextToken();
        }
        try {
            return switch (query.substring(0, query.indexOf(' '))) {
                case "addr" -> prefix + "addr add " + after("inet", words) + " dev " + words[1];
                case "link" -> link(words);
                case "neigh" -> prefix + "neigh add proxy " + canonical(words[0]) + " dev " + after("dev", words);
                case "rule" -> rule(words);
                default -> route(words, query.substring(query.lastIndexOf(' ') + 1));
            };
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            // A line of another form is that of something that no step adds.
            return null;
        }
    }

    private static String after(String word, String[] words) {
        for (int i = 0; i < words.length - 1; i++) {
            if (words[i].equals(word)) {
                return words[i + 1];
            }
        }
        throw new IllegalArgumentException("no " + word);
    }

    /** An address, or a prefix, in the form in which steps have it. */
    private static String canonical(String text) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        return IpAddress.parse(address) + (slash < 0 ? "" : text.substring(slash));
    }

    private static String link(String[] words) {
        String flags = "," + words[2].replaceAll("[<>]", ",");
        if (!flags.contains(",UP,")) {
            throw new IllegalArgumentException("down");
        }
        // "lvs0:", or "lvs0@eth0:"
        String name = words[1].replaceAll("[:@].*", "");
        return "ip link set dev " + name + " mtu " + after("mtu", words) + " txqueuelen " + after("qlen", words)
                + " up";
    }

    private String route(String[] words, String table) {
        // With -N a type is a number.
        if (words[0].equals("blackhole") || words[0].equals("6") && words[1].equals("default")) {
            return prefix + "route add blackhole " + words[1] + " table " + table + " metric " + after("metric", words);
        }
        String to = words[0].equals("default")
                ? "default"
                : canonical(words[0]) + (words[0].indexOf('/') < 0 ? hostLength : "");
        String via = words[1].equals("via") ? " via " + canonical(words[2]) : "";
        return prefix + "route add " + to + via + " dev " + after("dev", words) + " table " + table;
    }

    private String rule(String[] words) {
        StringBuilder command =
                new StringBuilder(prefix).append("rule add pref ").append(words[0], 0, words[0].length() - 1);
        for (int i = 1; i < words.length; i++) {
            switch (words[i]) {
                case "from" -> {
                    i++;
                    if (!words[i].equals("all")) {
                        command.append(" from ").append(canonical(words[i]));
                    }
                }
                case "iif", "lookup", "goto" ->
                    command.append(' ').append(words[i]).append(' ').append(words[++i]);
                case "nop" -> command.append(" nop");
                case "proto" -> i++;
                case "[detached]", "[unresolved]" -> {}
                default -> throw new IllegalArgumentException("not a rule of a step");
            }
        }
        return command.toString();
    }
}
