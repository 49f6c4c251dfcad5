package org.lvs4j.examples.standalone;

import java.io.PrintWriter;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.lvs4j.netty.Transport;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The daemon: serves the services of a rules file and executes the commands of {@code lvsadm}. */
@Command(
        name = "lvsd",
        description = "A load balancer with the services, schedulers and rules of IPVS.",
        subcommands = {
            RunCommand.class,
            CheckCommand.class,
            ConvertCommand.class,
            SimulateCommand.class,
            ReplayCommand.class
        },
        mixinStandardHelpOptions = true,
        versionProvider = Lvsd.ThisVersion.class,
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:a failure at run time, or decisions that do not match a trace or recording",
            "2:wrong usage",
            "3:an error in a file"
        })
public final class Lvsd implements Runnable {
    /** How long the end of the process waits for a log that is not read. */
    private static final Duration LOG_LIMIT = Duration.ofSeconds(1);

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    private Lvsd() {}

    /** Runs a command and exits with its exit code. */
    public static void main(String[] arguments) {
        boolean daemon = arguments.length > 0 && arguments[0].equals("run");
        if (daemon) {
            BoundedLog.install();
        }
        int exitCode;
        try {
            CommandLine commandLine = commandLine();
            exitCode = commandLine.execute(arguments);
            if (!daemon && exitCode == Answer.OK && commandLine.getOut().checkError()) {
                exitCode = Answer.FAILURE;
            }
        } catch (OutOfMemoryError | StackOverflowError e) {
            System.err.println("lvsd: " + Reason.of(e));
            exitCode = Answer.FAILURE;
        }
        BoundedLog.awaitWritten(LOG_LIMIT);
        System.exit(exitCode);
    }

    static CommandLine commandLine() {
        return new CommandLine(new Lvsd())
                .registerConverter(Duration.class, new DurationConverter())
                .registerConverter(Path.class, Lvsd::path)
                .registerConverter(Integer.class, new NumberRange.Converter())
                .registerConverter(int.class, new NumberRange.Converter())
                .registerConverter(Transport.class, Lvsd::transport)
                .registerConverter(ListenAddress.class, new ListenAddress.Converter())
                .setExpandAtFiles(false)
                .setUsageHelpWidth(110)
                .setParameterExceptionHandler(Lvsd::misused)
                .setExecutionExceptionHandler(Lvsd::report);
    }

    private static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new CommandLine.TypeConversionException(Reason.of(e));
        }
    }

    private static Transport transport(String text) {
        List<String> names = new ArrayList<>();
        for (Transport transport : Transport.values()) {
            String name = transport.name().toLowerCase(Locale.ROOT);
            if (name.equalsIgnoreCase(text)) {
                return transport;
            }
            names.add(name);
        }
        throw new CommandLine.TypeConversionException(
                "'" + text + "' is not a transport; expected one of " + String.join(", ", names));
    }

    private static int misused(CommandLine.ParameterException e, String[] arguments) {
        CommandLine command = e.getCommandLine();
        PrintWriter error = command.getErr();
        String name = command.getCommandSpec().qualifiedName();
        error.println(name + ": " + problem(e));
        error.println("Try '" + name + " --help' for more information.");
        return Answer.USAGE;
    }

    private static String problem(CommandLine.ParameterException e) {
        NumberRange range = e.getArgSpec() instanceof CommandLine.Model.OptionSpec option && e.getValue() != null
                ? NumberRange.of(e.getCommandLine().getCommandName(), option.longestName())
                : null;
        // Picocli repeats the word.
        String message = String.valueOf(e.getMessage()).replace("option option", "option");
        return range == null ? message : message + "; expected a number within " + range;
    }

    private static int report(Exception e, CommandLine commandLine, CommandLine.ParseResult result) {
        PrintWriter error = commandLine.getErr();
        if (e instanceof RulesInvalidException) {
            error.println(e.getMessage());
            return Answer.CONFIGURATION;
        }
        Reason.of(e).lines().forEach(line -> error.println("lvsd: " + line));
        return Answer.FAILURE;
    }

    /** Refuses a command line without a command. */
    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(), "a command is missing: run, check, convert, simulate or replay");
    }

    static final class ThisVersion implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"lvsd " + Version.current()};
        }
    }
}
