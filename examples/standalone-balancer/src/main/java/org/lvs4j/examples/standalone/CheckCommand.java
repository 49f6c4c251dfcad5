package org.lvs4j.examples.standalone;

import java.io.PrintWriter;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Director;
import org.lvs4j.DirectorConfiguration;
import org.lvs4j.config.Rules;
import org.lvs4j.config.keepalived.KeepalivedConfiguration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lvsd check}: reads a file as {@code run} does, and prints its errors. */
@Command(
        name = "check",
        description = {
            "Checks a file without serving it, and prints every error with file, line and column.",
            "What a keepalived file has, and only run with other options serves, is a warning."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Lvsd.ThisVersion.class)
final class CheckCommand implements Callable<Integer> {
    private static final Pattern DEVICE = Pattern.compile("[A-Za-z][A-Za-z0-9_-]{0,14}");

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "FILE",
            arity = "0..1",
            description = "The file, in the format of ipvsadm -S or keepalived.conf; - for standard input.")
    private @Nullable String file;

    @Option(
            names = "--tun",
            arity = "0..1",
            fallbackValue = "",
            paramLabel = "NAME",
            description = "Check the file for run --tun, which serves more than the relay.")
    private @Nullable String tun;

    @Mixin
    private FormatOptions format = new FormatOptions();

    @Mixin
    private RelayOptions relay = new RelayOptions();

    @Mixin
    private DirectorOptions directorOptions = new DirectorOptions();

    @Override
    public Integer call() throws RulesInvalidException {
        boolean packets = tun != null;
        String name = file();
        Director director = director(packets);
        byte[] bytes = TextFile.bytes(name, System.in, Rules.MAX_TEXT_LENGTH);
        String text = RulesFile.text(bytes);
        String source = TextFile.nameOf(name);
        if (format.of(text) == ConfigurationFormat.KEEPALIVED) {
            checkKeepalived(name, bytes);
            return Answer.OK;
        }
        try {
            Rules rules = RulesFile.parse(text, source, anything -> relay.requireServed(anything, packets));
            RulesFile.apply(rules, director);
            warn(rules, packets);
            count(name, director);
            return Answer.OK;
        } catch (RulesInvalidException e) {
            countReadable(name, text, source, director(packets));
            throw e;
        }
    }

    private void checkKeepalived(String name, byte[] bytes) throws RulesInvalidException {
        String id = format.configurationId();
        KeepalivedConfiguration configuration =
                KeepalivedSource.parse(name, bytes, id, new KeepalivedServed(null, false));
        PrintWriter error = spec.commandLine().getErr();
        KeepalivedPicture.warn(configuration, error::println);
        try {
            KeepalivedSource.parse(name, bytes, id, new KeepalivedServed(relay, tun != null));
        } catch (RulesInvalidException e) {
            // The file is right; only a run with these options refuses it.
            String.valueOf(e.getMessage()).lines().forEach(line -> error.println("warning: run refuses " + line));
        }
        KeepalivedPicture.print(name, configuration, spec.commandLine().getOut());
    }

    /** Tells what {@code run} would refuse or warn of on this host, as it is now. */
    private void warn(Rules rules, boolean packets) {
        List<String> warnings = new ArrayList<>();
        if (packets) {
            warnings.addAll(networkProblems(rules));
        } else {
            Stream.of(relay.missingTransport(), relay.shortage(directorOptions.maxEntries()))
                    .filter(Objects::nonNull)
                    .forEach(warnings::add);
            warnings.addAll(relay.missingAddresses(rules));
        }
        PrintWriter error = spec.commandLine().getErr();
        warnings.forEach(warning -> error.println("warning: " + warning));
    }

    private List<String> networkProblems(Rules rules) {
        try {
            return HostNetworks.read(file == null ? "" : String.valueOf(tun)).problems(rules);
        } catch (SocketException e) {
            // Not known: the start of the plane tells more.
            return List.of();
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
        output.println(name + ": " + Count.of(services.size(), "service") + ", " + Count.of(servers, "server"));
    }

    /** The file; the name of the device may be left out, and then the option seems to have that of the file. */
    private String file() {
        String name = file != null ? file : tun;
        if (name == null || name.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "Missing required parameter: 'FILE'");
        }
        return name;
    }

    private Director director(boolean packets) {
        try {
            if (packets) {
                relay.requireNoneWithTun();
                requireDeviceName();
            } else {
                relay.requireRelayable();
            }
            return directorOptions.director();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    /** Refuses what the plane refuses, which is only made by {@code run}. */
    private void requireDeviceName() {
        String device = file == null || tun == null ? "" : tun;
        if (!device.isEmpty() && !DEVICE.matcher(device).matches()) {
            throw new IllegalArgumentException("TUN plane: device name '" + device
                    + "': expected a letter, then at most 14 letters, digits, '_' or '-', such as lvs0");
        }
    }
}
