package org.lvs4j.netty.tun;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads the state of the kernel by one process of {@code ip} for each address family. Each object that it lists is
 * translated to the command that would add it; a step is in force if its command is among these. Tables that no step
 * names are not read.
 *
 * <p>The cost is that of listing the rules, the proxy neighbours and the named tables of this network namespace. An
 * answer that is the same as the one before is not translated again. Not thread-safe.
 */
final class KernelReader implements KernelState {
    private static final String SYSCTL = "sysctl -w ";
    private static final String NO_ADDRESSES = " addrgenmode none";

    /** A query whose answer ends the answer before it. */
    private static final String SEPARATOR = "link show dev lo";

    private final Query query;
    private final Function<String, @Nullable String> sysctl;
    // By the prefix of commands.
    private final Map<String, Listed> latest = new HashMap<>();

    private record Listed(List<String> queries, String answer, Set<String> commands) {}

    /** Asks {@code ip}. */
    @FunctionalInterface
    interface Query {
        /**
         * Runs queries in order.
         *
         * @param options the options of the program
         * @return what they print; one that fails prints nothing
         */
        String run(String options, List<String> queries);
    }

    /**
     * A reader.
     *
     * @param query asks {@code ip}
     * @param sysctl the present value of a setting, or null if there is none
     */
    KernelReader(Query query, Function<String, @Nullable String> sysctl) {
        this.query = query;
        this.sysctl = sysctl;
    }

    @Override
    public List<Step> missing(List<Step> steps) {
        // Sorted, which has addresses first: after "link show" the program would not list them.
        TreeMap<String, TreeSet<String>> queries = new TreeMap<>();
        for (Step step : steps) {
            String command = step.command();
            if (command.startsWith("ip ") && !command.endsWith(NO_ADDRESSES)) {
                String prefix = prefix(command);
                queries.computeIfAbsent(prefix, any -> new TreeSet<>())
                        .add(queryFor(command.substring(prefix.length()).split(" ")));
            }
        }
        Map<String, Set<String>> inForce = new HashMap<>();
        queries.forEach((prefix, list) -> inForce.put(prefix, read(prefix, List.copyOf(list))));
        return steps.stream()
                .filter(step -> !isInForce(step.command(), inForce))
                .toList();
    }

    private boolean isInForce(String command, Map<String, Set<String>> inForce) {
        if (command.startsWith(SYSCTL)) {
            int equals = command.indexOf('=');
            return command.substring(equals + 1).equals(sysctl.apply(command.substring(SYSCTL.length(), equals)));
        }
        if (command.endsWith(NO_ADDRESSES)) {
            String device = command.split(" ")[4];
            String mode = sysctl.apply(NetworkFacts.Sysctls.name("net", "ipv6", "conf", device, "addr_gen_mode"));
            return mode == null || mode.equals("1");
        }
        return inForce.getOrDefault(prefix(command), Set.of()).contains(command);
    }

    private static String prefix(String command) {
        return command.startsWith("ip -6 ") ? "ip -6 " : "ip ";
    }

    /** The query whose answer shows the effect of a command, given by its words after {@code ip} and the family. */
    private static String queryFor(String[] words) {
        String last = words[words.length - 1];
        return switch (words[0]) {
            case "addr" -> "addr show dev " + last;
            case "link" -> "link show dev " + words[3];
            case "neigh" -> "neigh show proxy";
            case "rule" -> "rule show";
            default -> "route show table " + after("table", words);
        };
    }

    private static String after(String word, String[] words) {
        for (int i = 0; i < words.length - 1; i++) {
            if (words[i].equals(word)) {
                return words[i + 1];
            }
        }
        return "";
    }

    /** The commands that are in force, as the answers to queries show them. */
    private Set<String> read(String prefix, List<String> queries) {
        List<String> separated = new ArrayList<>();
        for (String one : queries) {
            separated.add(one);
            separated.add(SEPARATOR);
        }
        String options = "-o -N " + (prefix.equals("ip -6 ") ? "-6" : "-4");
        String answer = query.run(options, separated);
        Listed before = latest.get(prefix);
        if (before != null
                && before.queries().equals(queries)
                && before.answer().equals(answer)) {
            return before.commands();
        }
        KernelListing listing = new KernelListing(prefix);
        Set<String> commands = new HashSet<>();
        int answered = 0;
        for (String line : answer.lines().toList()) {
            if (line.contains(": lo: <")) {
                answered++;
            } else if (answered < queries.size()) {
                String command = listing.command(queries.get(answered), line);
                if (command != null) {
                    commands.add(command);
                }
            }
        }
        if (answered != queries.size()) {
            throw new TunException("'ip " + options + " -batch' has answered " + answered + " of " + queries.size()
                    + " queries; it must be that of iproute2, version 5 or later");
        }
        latest.put(prefix, new Listed(queries, answer, commands));
        return commands;
    }
}
