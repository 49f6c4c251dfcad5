package org.lvs4j.examples.standalone.top;

import java.io.Console;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The command line of {@code lvsadm top}, which is not a command of {@code ipvsadm}. It is read without a library, which would
 * take a third of the time to the first picture.
 */
public final class TopCommand {
    /** The name of the command. */
    public static final String NAME = "top";

    /** The help text. */
    public static final String USAGE = """
            Usage: lvsadm top [--once] [--interval TIME] [--no-color]

            Shows what lvsd does, live in a terminal: its services and servers with their state, connections and rates. Servers
            can be drained and get another weight there; it asks before it changes anything. ? shows the keys, q ends it.

              --interval TIME   the time between two looks, from 100ms to 1h (default: 1s)
              --once            prints one picture of all services and servers as plain text, and ends; that is also done where
                                standard input or output is no terminal
              --no-color        no colours, only bold and inverse text
              -h, --help        this text

            NO_COLOR in the environment is the same as --no-color. COLUMNS is the width of --once.
            """;

    private static final String INTERVAL = "--interval";
    private static final int DEFAULT_COLUMNS = 120;

    private final Duration interval;
    private final boolean once;
    private final boolean noColour;

    private TopCommand(Duration interval, boolean once, boolean noColour) {
        this.interval = interval;
        this.once = once;
        this.noColour = noColour;
    }

    /** Whether a command line is this command. */
    public static boolean accepts(List<String> arguments) {
        return !arguments.isEmpty() && arguments.get(0).equals(NAME);
    }

    /**
     * Reads a command line.
     *
     * @throws IllegalArgumentException telling what is wrong with it
     */
    public static TopCommand parse(List<String> arguments) {
        Duration interval = Duration.ofSeconds(1);
        boolean once = false;
        boolean noColour = false;
        for (int i = 1; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (argument.equals("--once")) {
                once = true;
            } else if (argument.equals("--no-color")) {
                noColour = true;
            } else if (argument.startsWith(INTERVAL + "=")) {
                interval = Interval.parse(argument.substring(INTERVAL.length() + 1));
            } else if (argument.equals(INTERVAL) && i + 1 < arguments.size()) {
                interval = Interval.parse(arguments.get(++i));
            } else {
                throw new IllegalArgumentException(
                        argument.equals(INTERVAL) ? "--interval needs a TIME, such as 2s" : "unexpected: " + argument);
            }
        }
        return new TopCommand(interval, once, noColour);
    }

    /** Whether it is to be live, in a terminal. */
    public boolean isLive() {
        return !once && isTerminal();
    }

    /** Before JDK 22 there is no console without a terminal; since then there may be one, which then says so. */
    @SuppressWarnings("SystemConsoleNull") // Its method isTerminal is asked, too.
    private static boolean isTerminal() {
        Console console = System.console();
        if (console == null || "dumb".equals(System.getenv("TERM"))) {
            return false;
        }
        try {
            return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }

    /**
     * Prints one picture.
     *
     * @return why there is none, or null
     */
    public @Nullable String once(LvsdClient lvsd, StringBuilder output) {
        View view = new View("");
        view.clock(Top.clock());
        try {
            view.accept(Feed.fetch(lvsd));
        } catch (IOException e) {
            return e.getMessage();
        }
        Picture.plain(view, columns(), new Theme(false, isUnicode()))
                .forEach(line -> output.append(line).append('\n'));
        return null;
    }

    /**
     * Shows the daemon until a key ends it.
     *
     * @return the exit code
     */
    public int live(LvsdClient lvsd) throws IOException {
        String variable = System.getenv("NO_COLOR");
        boolean colour = !noColour && (variable == null || variable.isEmpty());
        return Top.run(lvsd, interval, new Theme(colour, isUnicode()));
    }

    /** Whether the locale's characters are those of Unicode. */
    private static boolean isUnicode() {
        String name = System.getProperty("sun.jnu.encoding", "");
        return Charset.isSupported(name) && Charset.forName(name).equals(StandardCharsets.UTF_8);
    }

    private static int columns() {
        String columns = System.getenv("COLUMNS");
        return columns != null && columns.matches("[1-9][0-9]{1,3}") ? Integer.parseInt(columns) : DEFAULT_COLUMNS;
    }
}
