package org.lvs4j.examples.standalone;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.lvs4j.Director;
import org.lvs4j.DirectorConfiguration;
import org.lvs4j.DirectorException;
import org.lvs4j.config.RuleException;
import org.lvs4j.config.Rules;
import org.lvs4j.config.keepalived.Conversion;
import org.lvs4j.config.keepalived.KeepalivedConfiguration;
import org.lvs4j.config.keepalived.KeepalivedFile;
import org.lvs4j.config.keepalived.KeepalivedOptions.ServedCheck;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lvsd convert}: prints a file in the other language, and tells what is lost. */
@Command(
        name = "convert",
        description = {
            "Turns ipvsadm rules into a keepalived file, and back. What the other language cannot express is listed on"
                    + " standard error.",
            "Rules are those of the table right after a start, before any check."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Lvsd.ThisVersion.class)
final class ConvertCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--to", required = true, paramLabel = "FORMAT", description = "ipvsadm or keepalived.")
    private ConfigurationFormat to;

    @Mixin
    private FormatOptions format = new FormatOptions();

    @Parameters(paramLabel = "FILE", description = "The file; - for standard input.")
    private String file;

    @Override
    public Integer call() throws RulesInvalidException {
        byte[] bytes = TextFile.bytes(file, System.in, KeepalivedFile.MAX_TEXT_LENGTH);
        String text = RulesFile.text(bytes);
        PrintWriter error = spec.commandLine().getErr();
        Conversion conversion;
        if (format.of(text) == ConfigurationFormat.IPVSADM) {
            conversion = ofRules(text);
        } else {
            KeepalivedConfiguration configuration =
                    KeepalivedSource.parse(file, bytes, format.configurationId(), ServedCheck.NONE);
            KeepalivedPicture.warn(configuration, error::println);
            conversion = ofKeepalived(configuration);
        }
        PrintWriter output = spec.commandLine().getOut();
        output.print(conversion.text());
        output.flush();
        conversion.lost().forEach(sentence -> error.println("lost: " + sentence));
        return Answer.OK;
    }

    private Conversion ofKeepalived(KeepalivedConfiguration configuration) throws RulesInvalidException {
        try {
            return to == ConfigurationFormat.IPVSADM
                    ? Conversion.toRules(configuration)
                    : Conversion.toKeepalived(configuration);
        } catch (DirectorException e) {
            throw new RulesInvalidException(TextFile.nameOf(file) + ": " + e.getMessage());
        }
    }

    private Conversion ofRules(String text) throws RulesInvalidException {
        Rules rules = RulesFile.parse(text, TextFile.nameOf(file));
        try {
            DirectorConfiguration described =
                    rules.replacing(DirectorConfiguration.builder().build(), Director.create());
            return to == ConfigurationFormat.IPVSADM
                    ? new Conversion(rules.print(), List.of())
                    : Conversion.toKeepalived(described);
        } catch (RuleException e) {
            throw new RulesInvalidException(e);
        }
    }
}
