package org.lvs4j.examples.standalone;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lvs4j.examples.standalone.DrainArguments.OfDrain;
import org.lvs4j.examples.standalone.DrainArguments.OfEnd;
import org.lvs4j.examples.standalone.top.TopCommand;

/** The help texts of the commands that {@code ipvsadm} does not have. They need no running daemon. */
final class Usage {
    /** The commands that {@code ipvsadm} does not have. */
    static final String COMMANDS = String.join(
            " ",
            DrainConsole.DRAIN,
            DrainConsole.END,
            HealthConsole.HEALTH,
            Console.RELOAD,
            TopCommand.NAME,
            Console.REPLACE);

    private static final String RELOAD = """
            Usage: lvsadm reload

            Has lvsd read its file again, as SIGHUP does, waits for it, and prints what has changed. With an error, nothing
            has changed.

              -h, --help   this text

            Exit codes: 0 done, 3 an error in the file, 255 the changes were refused, 1 anything else.
            """;

    private Usage() {}

    /** The help text that a command line asks for; null if it asks for none of these. */
    static @Nullable String of(List<String> arguments) {
        if (arguments.size() < 2 || !arguments.contains("-h") && !arguments.contains("--help")) {
            return null;
        }
        return switch (arguments.get(0)) {
            case DrainConsole.DRAIN -> DrainArguments.parser(new OfDrain()).getUsageMessage();
            case DrainConsole.END -> DrainArguments.parser(new OfEnd()).getUsageMessage();
            case HealthConsole.HEALTH -> HealthConsole.USAGE;
            case Console.RELOAD -> RELOAD;
            case TopCommand.NAME -> TopCommand.USAGE;
            default -> null;
        };
    }
}
