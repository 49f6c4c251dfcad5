package org.lvs4j.examples.standalone;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.lvs4j.replay.Mismatch;
import org.lvs4j.replay.Replay;
import org.lvs4j.replay.ReplayResult;
import org.lvs4j.replay.Trace;
import org.lvs4j.replay.TraceException;
import org.lvs4j.replay.health.Timeline;
import org.lvs4j.replay.health.TimelineReplay;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code lvsd simulate}: replays decision traces and prints where each client goes; replays timelines of health checks and
 * prints what they do to the table.
 */
@Command(
        name = "simulate",
        description = {
            "Replays decision traces on a virtual clock and compares each recorded decision with the director's.",
            "A trace has rules and the actions of clients. Decisions may be left out of it, for --print.",
            "A timeline of health checks, told apart by its line [timeline], has a configuration of keepalived and what"
                    + " servers do; its lines > and = may be left out."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Lvsd.ThisVersion.class)
final class SimulateCommand implements Callable<Integer> {
    private static final String TRACE_SUFFIX = ".trace";

    @Spec
    private CommandSpec spec;

    @Parameters(
            arity = "1..*",
            paramLabel = "FILE",
            description = "A trace, or a folder with traces (" + TRACE_SUFFIX + "); - for standard input.")
    private List<String> files;

    @Option(
            names = "--print",
            description =
                    "Print each file with every decision, or every line > and =, recomputed, instead of comparing.")
    private boolean print;

    private long answers;
    private long matched;

    @Override
    public Integer call() throws IOException {
        boolean unreadable = false;
        List<String> traces = new ArrayList<>();
        for (String file : files) {
            traces.addAll(TextFile.listed(file, TRACE_SUFFIX));
        }
        if (traces.isEmpty()) {
            error("no " + TRACE_SUFFIX + " file in " + String.join(", ", files));
            unreadable = true;
        }
        for (String trace : traces) {
            try {
                show(replay(TextFile.read(trace, System.in, Trace.MAX_TEXT_LENGTH), TextFile.nameOf(trace)));
            } catch (TraceException | RulesInvalidException e) {
                error(String.valueOf(e.getMessage()));
                unreadable = true;
            }
        }
        if (!print && traces.size() > 1) {
            spec.commandLine().getOut().println("total: " + matched + " of " + Count.of(answers, "answer") + " match");
        }
        if (unreadable) {
            return Answer.CONFIGURATION;
        }
        return print || matched == answers ? Answer.OK : Answer.FAILURE;
    }

    private static ReplayResult replay(String text, String name) throws TraceException {
        return Timeline.isTimeline(text)
                ? TimelineReplay.run(Timeline.parse(text, name))
                : Replay.run(Trace.parse(text, name));
    }

    private void show(ReplayResult result) {
        PrintWriter output = spec.commandLine().getOut();
        if (print) {
            output.print(result.recomputed());
            output.flush();
            return;
        }
        answers += result.answers();
        matched += result.matched();
        output.println(result.summary());
        for (Mismatch mismatch : result.mismatches()) {
            output.println("  " + mismatch);
        }
    }

    private void error(String message) {
        spec.commandLine().getOut().flush();
        spec.commandLine().getErr().println(message);
    }
}
