package org.lvs4j.examples.standalone;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Director;
import org.lvs4j.ServerSnapshot;
import org.lvs4j.ServiceSnapshot;
import org.lvs4j.config.Rules;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.IpAddress;
import org.lvs4j.plane.PacketPaths;
import org.lvs4j.replay.CaptureReplay;
import org.lvs4j.service.Forwarding;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lvsd replay}: sends captured or recorded packets through a director. */
@Command(
        name = "replay",
        description = {
            "Sends captured or recorded packets through a director.",
            "With --rules the files are IN and, optionally, OUT: a capture, pcap or pcapng, and the packets that the director"
                    + " emits, pcap. Time is that of the capture. A summary is printed.",
            "Without --rules the files are recordings of packets in JSON, which contain rules: the packets that the director"
                    + " emits are compared with the recorded ones, byte for byte."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Lvsd.ThisVersion.class)
final class ReplayCommand implements Callable<Integer> {
    private static final List<String> CAPTURE_OPTIONS =
            List.of("--fix-checksums", "--truncated", "--mtu", "--own", "--mark", "--sysctl", "--slow-start");
    private static final Pattern CAPTURE_NAME = Pattern.compile("\\.(pcap|pcapng|cap)$");

    @Spec
    private CommandSpec spec;

    @Parameters(
            arity = "1..*",
            paramLabel = "FILE",
            description = "A capture to read, then one to write; or recordings, or folders with recordings (.jsonl)."
                    + " - for standard input or output.")
    private List<String> files;

    @Option(
            names = {"-r", "--rules"},
            paramLabel = "RULES",
            description =
                    "The services, in the format of ipvsadm -S; - for standard input. Forwarding may be -m, -g or -i.")
    private @Nullable String rules;

    @Option(
            names = "--print",
            description =
                    "Print each record of a recording with the packets that the director emits, instead of comparing.")
    private boolean print;

    @Option(
            names = "--fix-checksums",
            description =
                    "Repair wrong checksums before the director sees them. IPVS forwards them unchanged. Checksums that were"
                            + " left to the network card (offloaded) are always completed.")
    private boolean fixChecksums;

    @Option(
            names = "--truncated",
            description =
                    "Forward packets that the capture has truncated (snapshot length) as far as they go. Without it they"
                            + " are skipped.")
    private boolean truncated;

    @Option(
            names = "--mtu",
            paramLabel = "BYTES",
            description =
                    "The longest packet (default: ${DEFAULT-VALUE}; captures often contain packets longer than any on the"
                            + " wire).",
            defaultValue = "65535")
    private int mtu;

    @Option(
            names = "--own",
            paramLabel = "ADDRESS",
            description = "The director's own address, the source of tunnels; at most one of each family.")
    private List<String> own = List.of();

    @Option(
            names = "--mark",
            paramLabel = "PROTO:ADDRESS:PORT@MARK",
            description = "Packets to this address get this firewall mark: captures contain none. May be repeated.")
    private List<ListenAddress> marks = List.of();

    @Mixin
    private DirectorOptions directorOptions;

    @Override
    public Integer call() throws RulesInvalidException, IOException {
        if (rules == null) {
            return replayRecordings();
        }
        if (print) {
            throw misused("--print is for recordings of packets, which contain rules; omit --rules");
        }
        return replayCapture(rules);
    }

    private int replayRecordings() throws IOException {
        for (String option : CAPTURE_OPTIONS) {
            if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
                throw misused(option + " is for captures, which need --rules");
            }
        }
        for (String file : files) {
            if (CAPTURE_NAME.matcher(file).find()) {
                throw misused(file + " looks like a capture: add --rules RULES with the services");
            }
        }
        return RecordingsRun.of(spec.commandLine(), print).run(files);
    }

    private int replayCapture(String rulesFile) throws RulesInvalidException, IOException {
        if (files.size() > 2) {
            throw misused("expected IN and optionally OUT, not " + files.size() + " files");
        }
        String in = files.get(0);
        if (in.equals(TextFile.STANDARD_INPUT) && rulesFile.equals(TextFile.STANDARD_INPUT)) {
            throw misused("the rules and the capture cannot both come from standard input");
        }
        Rules parsed = RulesFile.parse(RulesFile.text(rulesFile, System.in), TextFile.nameOf(rulesFile));
        CaptureReplay replay;
        try {
            replay = CaptureReplay.of(directorOptions.builder(), PacketPaths.fixed(mtu, ownAddresses()));
            directorOptions.configure(replay.director());
        } catch (IllegalArgumentException e) {
            throw misused(String.valueOf(e.getMessage()));
        }
        RulesFile.apply(parsed, replay.director());
        requireOwnAddresses(replay.director());
        for (ListenAddress marked : marks) {
            if (marked.mark() == 0) {
                throw misused("--mark " + marked
                        + " has no mark; expected PROTO:ADDRESS:PORT@MARK such as tcp:10.0.0.1:80@5");
            }
            replay.mark(marked.protocol(), marked.endpoint(), marked.mark());
        }
        if (fixChecksums) {
            replay.repairChecksums();
        }
        if (truncated) {
            replay.forwardTruncated();
        }
        return CaptureRun.of(spec.commandLine(), replay, fixChecksums).run(in, files.size() == 2 ? files.get(1) : null);
    }

    private IpAddress[] ownAddresses() {
        return own.stream().map(IpAddress::parse).toArray(IpAddress[]::new);
    }

    /** Without a source address, a tunnel would silently drop every packet. */
    private void requireOwnAddresses(Director director) {
        for (ServiceSnapshot service : director.services()) {
            for (ServerSnapshot server : service.servers()) {
                AddressFamily family = server.server().endpoint().address().family();
                boolean known = List.of(ownAddresses()).stream().anyMatch(address -> address.family() == family);
                if (server.server().forwarding().method() == Forwarding.Method.TUNNEL && !known) {
                    throw misused("server " + server.server().endpoint()
                            + " is reached by a tunnel (-i), which needs a source address: add --own ADDRESS, with an address of "
                            + (family == AddressFamily.IPV4 ? "IPv4" : "IPv6"));
                }
            }
        }
    }

    private ParameterException misused(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
