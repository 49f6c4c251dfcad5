package org.lvs4j.replay.health;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A command of the host of a recording that concerns its table or its addresses, as words behind the name of the program.
 * Others do nothing in a replay.
 *
 * @param program {@code ipvsadm} or {@code ip}
 * @param words what follows
 */
record HostCommand(String program, List<String> words) {
    private static final Set<String> PROGRAMS = Set.of("ipvsadm", "ip");

    /** Options of ipvsadm that change nothing that a replay shows. */
    private static final Set<String> WITHOUT_EFFECT = Set.of(
            "-L",
            "-l",
            "--list",
            "-Ln",
            "-ln",
            "-S",
            "--save",
            "-Sn",
            "-R",
            "--restore",
            "--start-daemon",
            "--stop-daemon");

    /** The commands of a line, which {@code ;}, {@code &&}, {@code ||} and {@code |} separate, without redirections. */
    static List<HostCommand> of(String line) {
        List<HostCommand> commands = new ArrayList<>();
        for (String command : line.replaceAll("[0-9&]?>+\\s*\\S+", " ").split("[;\n|]|&&")) {
            List<String> words = TimelineParser.words(command);
            if (words.size() > 1) {
                String program = words.get(0).substring(words.get(0).lastIndexOf('/') + 1);
                boolean effect = !program.equals("ipvsadm") || !WITHOUT_EFFECT.contains(words.get(1));
                if (PROGRAMS.contains(program) && effect) {
                    commands.add(new HostCommand(program, words.subList(1, words.size())));
                }
            }
        }
        return commands;
    }

    /** Whether it changes the table. */
    boolean isRule() {
        return program.equals("ipvsadm");
    }

    /** The command behind the name of the program. */
    String text() {
        return String.join(" ", words);
    }

    /** The words of {@code ip address VERB ADDRESS}, from the verb on; none for another command. */
    List<String> addressChange() {
        List<String> rest = words.stream().filter(word -> !word.startsWith("-")).toList();
        boolean change = rest.size() > 2 && "address".startsWith(rest.get(0));
        return change ? rest.subList(1, rest.size()) : List.of();
    }
}
