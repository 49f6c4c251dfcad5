package org.lvs4j.examples.standalone;

import java.io.PrintWriter;
import java.time.Duration;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The daemon: serves the services of a rules file and executes the commands of {@code lvsadm}. */
@Command(
        name = "lvsd",
        description = "A load balancer with the services, schedulers and rules of IPVS.",
        subcommands = {RunCommand.class, CheckCommand.class, SimulateCommand.class, ReplayCommand.class},
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
    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    private Lvsd() {}

    /** Runs a command and exits with its exit code. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Lvsd())
                .registerConverter(Duration.class, new DurationConverter())
                .registerConverter(ListenAddress.class, new ListenAddress.Converter())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpWidth(110)
                .setParameterExceptionHandler(Lvsd::misused)
                .setExecutionExceptionHandler(Lvsd::report);
    }

    private static int misused(CommandLine.ParameterException e, String[] arguments) {
        CommandLine command = e.getCommandLine();
        PrintWriter error = command.getErr();
        String name = command.getCommandSpec().qualifiedName();
        error.println(name + ": " + e.getMessage());
        error.println("Try '" + name + " --help' for more information.");
        return Answer.USAGE;
    }

    private static int report(Exception e, CommandLine commandLine, CommandLine.ParseResult result) {
        PrintWriter error = commandLine.getErr();
        if (e instanceof RulesInvalidException) {
            error.println(e.getMessage());
            return Answer.CONFIGURATION;
        }
        error.println("lvsd: " + (e instanceof StartException ? e.getMessage() : e.toString()));
        return Answer.FAILURE;
    }

    /** Refuses a command line without a command. */
    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(), "a command is missing: run, check, simulate or replay");
    }

    static final class ThisVersion implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"lvsd " + Version.current()};
        }
    }
}
