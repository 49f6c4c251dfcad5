package org.lvs4j.packaging;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import org.lvs4j.examples.standalone.Lvsd;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * Writes the manual pages and the completion for shells of {@code lvsd} from its command line, and those of {@code lvsadm}
 * from its help. The build runs this file by itself.
 */
public final class Manuals {
    private static final Pattern OPTION = Pattern.compile("(?<![\\w-])--?[A-Za-z][a-z0-9-]*");

    private final Path directory;
    private final String java;
    private final String title;

    private Manuals(Path directory, String java, String title) {
        this.directory = directory;
        this.java = java;
        this.title = title;
    }

    /**
     * Writes all files.
     *
     * @param arguments the directory to write to, a version, and a time in ISO 8601 for the footers
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path directory = Path.of(arguments[0]);
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Files.createDirectories(directory.resolve("man8"));
        Files.createDirectories(directory.resolve("man8-compressed"));
        Files.createDirectories(directory.resolve("completion"));
        new Manuals(directory, java, "8 " + arguments[2].substring(0, 10) + " \"lvs4j " + arguments[1] + "\"").write();
    }

    private void write() throws IOException, InterruptedException {
        CommandSpec lvsd = new CommandLine(Lvsd.class).getCommandSpec();
        page("lvsd", lvsdPage(lvsd));
        for (CommandLine command : lvsd.subcommands().values()) {
            page("lvsd-" + command.getCommandName(), commandPage(command.getCommandSpec()));
        }
        String help = lvsadm("--help");
        StringBuilder more = new StringBuilder();
        for (String command : ownCommands(help)) {
            more.append(".SH \"LVSADM ")
                    .append(command.toUpperCase(Locale.ROOT))
                    .append("\"\n");
            more.append(literal(lvsadm(command, "--help")));
        }
        page("lvsadm", lvsadmPage(help) + more + seeAlso("lvsd", "lvsd-run", "lvsadm-save", "lvsadm-restore"));
        page("lvsadm-save", """
                .SH NAME
                lvsadm\\-save \\- prints the rules of a running lvsd
                .SH SYNOPSIS
                .B lvsadm\\-save
                .RB [ \\-n ]
                .SH DESCRIPTION
                Prints the virtual services and real servers of a running
                .B lvsd
                as rules, which
                .BR lvsadm\\-restore (8)
                reads. It does what
                .B lvsadm \\-S \\-n
                does. Addresses and ports are always numbers;
                .B \\-n
                is for scripts that are written for
                .BR ipvsadm\\-save .
                .SH "EXIT STATUS"
                As that of
                .BR lvsadm (8).
                """ + seeAlso("lvsadm", "lvsadm-restore"));
        page("lvsadm-restore", """
                .SH NAME
                lvsadm\\-restore \\- replaces the rules of a running lvsd
                .SH SYNOPSIS
                .B lvsadm\\-restore
                .RI "< " FILE
                .SH DESCRIPTION
                Replaces all virtual services and real servers of a running
                .B lvsd
                by the rules on standard input, as
                .B lvsadm \\-\\-replace
                does: all of them or, on an error, none. Services and servers that stay keep their connections.
                .SH "EXIT STATUS"
                As that of
                .BR lvsadm (8).
                """ + seeAlso("lvsadm", "lvsadm-save"));
        Files.writeString(directory.resolve("completion/lvsd"), AutoComplete.bash("lvsd", lvsd.commandLine()));
        Files.writeString(directory.resolve("completion/lvsadm"), completion(help));
    }

    /** Writes a page as it is, for an archive, and compressed, for a system. */
    private void page(String name, String text) throws IOException {
        byte[] page = (".TH " + name.toUpperCase(Locale.ROOT) + " " + title + " \"System Administration\"\n.ad l\n.nh\n"
                        + text)
                .getBytes(StandardCharsets.UTF_8);
        Files.write(directory.resolve("man8/" + name + ".8"), page);
        try (OutputStream compressed =
                new GZIPOutputStream(Files.newOutputStream(directory.resolve("man8-compressed/" + name + ".8.gz")))) {
            compressed.write(page);
        }
    }

    private String lvsadm(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(java, "-cp", System.getProperty("java.class.path"), "org.lvs4j.examples.standalone.Lvsadm"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(command + " failed");
        }
        return output;
    }

    private static String lvsdPage(CommandSpec spec) {
        StringBuilder text = new StringBuilder(name("lvsd", spec));
        text.append(".SH SYNOPSIS\n.B lvsd\n.RI \" \" COMMAND\n.RI [ OPTIONS ]\n");
        text.append(".SH COMMANDS\n");
        List<String> pages = new ArrayList<>();
        for (CommandLine command : spec.subcommands().values()) {
            String name = command.getCommandName();
            pages.add("lvsd-" + name);
            text.append(".TP\n.BR \"lvsd ")
                    .append(escape(name))
                    .append("\" \", see lvsd\\-")
                    .append(escape(name))
                    .append("(8)\"\n");
            text.append(description(command.getCommandSpec().usageMessage().description()));
        }
        text.append(".SH OPTIONS\n").append(arguments(spec));
        text.append("""
                .SH SIGNALS
                .TP
                .BR SIGTERM ", " SIGINT
                Stops: closes idle connections, and lets the others go on until the drain timeout. The second one stops at once.
                .TP
                .B SIGHUP
                Reads the file again, as
                .B lvsadm reload
                does.
                .TP
                .B SIGUSR1
                Opens the file of the access log anew.
                .SH ENVIRONMENT
                .TP
                .B LVSD_OPTS
                Options of Java, such as
                .BR \\-Xmx1g .
                .TP
                .B JAVA
                The Java program, instead of the one that comes with lvsd.
                .TP
                .B LVSD_SOCKET
                The control socket, unless the option \\-\\-socket is given.
                .TP
                .BR NOTIFY_SOCKET ", " WATCHDOG_USEC ", " WATCHDOG_PID
                Set by systemd: lvsd tells it how it is, and serves its watchdog.
                .TP
                .BR LISTEN_FDS ", " LISTEN_PID ", " LISTEN_FDNAMES
                Set by systemd: listening sockets that lvsd uses.
                .SH FILES
                Those of the service
                .BR lvsd.service :
                .TP
                .I /etc/lvsd/lvsd.conf
                What is served.
                .TP
                .I /etc/default/lvsd
                Options of lvsd run and of Java.
                .TP
                .I /run/lvsd/lvsd.sock
                The control socket.
                .TP
                .I /var/lib/lvsd/state
                Persistent clients, drains and counters, from a stop to the next start.
                """);
        text.append(".SH \"EXIT STATUS\"\n");
        for (Map.Entry<String, String> code : spec.usageMessage().exitCodeList().entrySet()) {
            text.append(".TP\n.B ")
                    .append(escape(code.getKey()))
                    .append('\n')
                    .append(escape(code.getValue()))
                    .append('\n');
        }
        pages.add("lvsadm");
        return text + seeAlso(pages.toArray(new String[0]));
    }

    private static String commandPage(CommandSpec spec) {
        StringBuilder text = new StringBuilder(name("lvsd-" + spec.name(), spec));
        text.append(".SH SYNOPSIS\n.B lvsd ").append(escape(spec.name())).append("\n.RI [ OPTIONS ]\n");
        for (PositionalParamSpec parameter : spec.positionalParameters()) {
            boolean many = parameter.arity().max() > 1;
            text.append(".RI \" \" ").append(escape(parameter.paramLabel())).append(many ? " ...\n" : "\n");
        }
        text.append(".SH DESCRIPTION\n").append(description(spec.usageMessage().description()));
        text.append(".SH OPTIONS\n").append(arguments(spec));
        return text + seeAlso("lvsd", "lvsadm");
    }

    private static String name(String name, CommandSpec spec) {
        String first = String.join(" ", spec.usageMessage().description()).split("[.:;](\\s|$)", 2)[0];
        return ".SH NAME\n" + escape(name) + " \\- " + escape(first) + "\n";
    }

    private static String arguments(CommandSpec spec) {
        StringBuilder text = new StringBuilder();
        for (PositionalParamSpec parameter : spec.positionalParameters()) {
            text.append(".TP\n.I ").append(escape(parameter.paramLabel())).append('\n');
            text.append(description(parameter.description()));
        }
        List<OptionSpec> options = new ArrayList<>(spec.options());
        options.removeIf(OptionSpec::hidden);
        options.sort(Comparator.comparing(OptionSpec::longestName));
        for (OptionSpec option : options) {
            text.append(".TP\n.B ");
            text.append(escape(String.join(", ", option.names())));
            if (option.arity().max() > 0) {
                text.append(" \\fI").append(escape(option.paramLabel())).append("\\fR");
            }
            text.append('\n').append(description(option.description()));
        }
        return text.toString();
    }

    private static String description(String[] lines) {
        StringBuilder text = new StringBuilder();
        for (String line :
                String.join("\n", lines).replace("%n", "\n").replace("%%", "%").split("\n")) {
            text.append(line.isBlank() ? ".sp" : escape(line.strip())).append('\n');
        }
        return text.toString();
    }

    private static String lvsadmPage(String help) {
        String[] parts = help.split("\n\n", 3);
        return ".SH NAME\nlvsadm \\- administers a running lvsd\n.SH SYNOPSIS\n.B lvsadm\n.I COMMAND\n.RI [ OPTIONS ]\n"
                + ".SH DESCRIPTION\n" + escape(parts[1].replace('\n', ' ')) + "\n.PP\n" + literal(parts[2]);
    }

    private static String literal(String text) {
        StringBuilder lines = new StringBuilder(".nf\n.ft CR\n");
        text.stripTrailing().lines().forEach(line -> lines.append(escape(line)).append('\n'));
        return lines + ".ft R\n.fi\n";
    }

    private static String seeAlso(String... pages) {
        StringBuilder text = new StringBuilder(".SH \"SEE ALSO\"\n");
        for (int i = 0; i < pages.length; i++) {
            text.append(".BR ").append(escape(pages[i])).append(i == pages.length - 1 ? " (8)\n" : " (8),\n");
        }
        return text.toString();
    }

    /** What roff would take for a request, an escape or a hyphen stands for itself. */
    private static String escape(String text) {
        String escaped = text.replace("\\", "\\e")
                .replace("-", "\\-")
                .replace("'", "\\(aq")
                .replace("\"", "\\(dq");
        return escaped.startsWith(".") ? "\\&" + escaped : escaped;
    }

    /** The words with which a command line of {@code lvsadm} begins, in order. */
    private static Set<String> commands(String help) {
        Set<String> commands = new LinkedHashSet<>();
        help.lines().filter(line -> line.matches(" {2}\\S.*")).forEach(line -> {
            String command = line.strip().split("[ \\[]", 2)[0];
            commands.addAll(List.of(command.replace(",", "").split("\\|")));
        });
        return commands;
    }

    /** The commands that ipvsadm does not have; each has a help of its own. */
    private static List<String> ownCommands(String help) {
        return commands(help).stream()
                .filter(command -> !command.startsWith("-"))
                .toList();
    }

    /** Completes what the help of {@code lvsadm} has: at first commands, then the options of all. */
    private String completion(String help) throws IOException, InterruptedException {
        Set<String> first = commands(help);
        Set<String> options = new LinkedHashSet<>();
        OPTION.matcher(help).results().forEach(option -> options.add(option.group()));
        StringBuilder cases = new StringBuilder();
        for (String command : ownCommands(help)) {
            Set<String> own = new LinkedHashSet<>();
            OPTION.matcher(lvsadm(command, "--help")).results().forEach(option -> own.add(option.group()));
            cases.append("        ")
                    .append(command)
                    .append(") words='")
                    .append(String.join(" ", own))
                    .append("' ;;\n");
        }
        first.addAll(List.of("--help", "--version"));
        return """
                # Completion of lvsadm for bash; for zsh: autoload -U +X bashcompinit && bashcompinit, then source this file.
                _complete_lvsadm() {
                    local words
                    case ${COMP_WORDS[1]} in
                %s        *) words='%s' ;;
                    esac
                    [ "$COMP_CWORD" -gt 1 ] || words='%s'
                    # shellcheck disable=SC2207 # no word has a space
                    COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))
                }
                complete -o default -F _complete_lvsadm lvsadm
                """.formatted(cases, String.join(" ", options), String.join(" ", first));
    }
}
