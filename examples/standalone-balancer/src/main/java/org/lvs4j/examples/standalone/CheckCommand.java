package org.lvs4j.examples.standalone;

import java.io.PrintWriter;
import java.util.Collection;
import java.util.concurrent.Callable;
import org.lvs4j.Director;
import org.lvs4j.DirectorConfiguration;
import org.lvs4j.config.Rules;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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

    @Parameters(paramLabel = "RULES", description = "The file, in the format of ipvsadm -S; - for standard input.")
    private String file;

    @Option(names = "--tun", description = "Check the rules for run --tun, which serves more than the relay.")
    private boolean tun;

    @Override
    public Integer call() throws RulesInvalidException {
        Rules rules = tun ? RulesFile.read(file, System.in, anything -> {}) : RulesFile.read(file, System.in);
        Director director = Director.create();
        RulesFile.apply(rules, director);
        Collection<DirectorConfiguration.Service> services =
                director.configuration().services();
        int servers =
                services.stream().mapToInt(service -> service.servers().size()).sum();
        PrintWriter output = spec.commandLine().getOut();
        output.println(file + ": " + counted(services.size(), "service") + ", " + counted(servers, "server"));
        return Answer.OK;
    }

    private static String counted(int number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }
}
