package org.lvs4j.examples.standalone;

import java.io.PrintWriter;
import java.util.Collection;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Director;
import org.lvs4j.DirectorConfiguration;
import org.lvs4j.config.Rules;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lvsd check}: reads rules as {@code run} does, and prints their errors. */
@Command(
        name = "check",
        description = "Checks rules without serving them, and prints every error with file, line and column.",
        mixinStandardHelpOptions = true,
        versionProvider = Lvsd.ThisVersion.class)
final class CheckCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "RULES",
            arity = "0..1",
            description = "The file, in the format of ipvsadm -S; - for standard input.")
    private @Nullable String file;

    @Option(
            names = "--tun",
            arity = "0..1",
            fallbackValue = "",
            paramLabel = "NAME",
            description = "Check the rules for run --tun, which serves more than the relay.")
    private @Nullable String tun;

    @Mixin
    private RelayOptions relay = new RelayOptions();

    @Mixin
    private DirectorOptions directorOptions = new DirectorOptions();

    @Override
    public Integer call() throws RulesInvalidException {
        boolean packets = tun != null;
        String name = file();
        Director director = director(packets);
        String text = RulesFile.text(name, System.in);
        String source = TextFile.nameOf(name);
        try {
            Rules rules = RulesFile.parse(text, source, anything -> relay.requireServed(anything, packets));
            RulesFile.apply(rules, director);
            if (!packets) {
                PrintWriter error = spec.commandLine().getErr();
                String transport = relay.missingTransport();
                if (transport != null) {
                    error.println("warning: " + transport);
                }
                relay.missingAddresses(rules).forEach(missing -> error.println("warning: " + missing));
            }
            count(name, director);
            return Answer.OK;
        } catch (RulesInvalidException e) {
            countReadable(name, text, source, director(packets));
            throw e;
        }
    }

    /** Tells what a file contains that is right in itself but cannot be served here. */
    private void countReadable(String name, String text, String source, Director director) {
        try {
            RulesFile.apply(RulesFile.parse(text, source, anything -> {}), director);
            count(name, director);
        } catch (RulesInvalidException e) {
            // The errors are reported by the caller.
            return;
        }
    }

    private void count(String name, Director director) {
        Collection<DirectorConfiguration.Service> services =
                director.configuration().services();
        int servers =
                services.stream().mapToInt(service -> service.servers().size()).sum();
        PrintWriter output = spec.commandLine().getOut();
        output.println(name + ": " + counted(services.size(), "service") + ", " + counted(servers, "server"));
    }

    /** The file; the name of the device may be left out, and then the option seems to have that of the file. */
    private String file() {
        String name = file != null ? file : tun;
        if (name == null || name.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "Missing required parameter: 'RULES'");
        }
        return name;
    }

    private Director director(boolean packets) {
        try {
            if (packets) {
                relay.requireNoneWithTun();
            } else {
                relay.requireRelayable();
            }
            return directorOptions.director();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private static String counted(int number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }
}
