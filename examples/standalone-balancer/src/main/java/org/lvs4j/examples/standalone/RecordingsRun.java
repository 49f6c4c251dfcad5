package org.lvs4j.examples.standalone;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.lvs4j.replay.Mismatch;
import org.lvs4j.replay.PacketEmission;
import org.lvs4j.replay.PacketRecord;
import org.lvs4j.replay.PacketRecords;
import org.lvs4j.replay.PacketReplay;
import org.lvs4j.replay.PacketReplayResult;
import org.lvs4j.replay.TraceException;
import picocli.CommandLine;

/**
 * Replays recordings of packets: compares the emitted packets with the recorded ones, or prints the records with them.
 */
final class RecordingsRun {
    private static final String SUFFIX = ".jsonl";
    private static final int MAX_CHARACTERS = 64 << 20;

    private final CommandLine commandLine;
    private final boolean print;
    private long records;
    private long matched;

    private RecordingsRun(CommandLine commandLine, boolean print) {
        this.commandLine = commandLine;
        this.print = print;
    }

    static RecordingsRun of(CommandLine commandLine, boolean print) {
        return new RecordingsRun(commandLine, print);
    }

    /**
     * Replays recordings. Continues after one that cannot be read.
     *
     * @param files names of files or folders
     * @return the exit code
     */
    int run(List<String> files) throws IOException {
        List<String> recordings = new ArrayList<>();
        for (String file : files) {
            recordings.addAll(TextFile.listed(file, SUFFIX));
        }
        boolean unreadable = recordings.isEmpty();
        if (unreadable) {
            error("no " + SUFFIX + " file in " + String.join(", ", files));
        }
        for (String recording : recordings) {
            try {
                replay(recording);
            } catch (TraceException | RulesInvalidException e) {
                error(String.valueOf(e.getMessage()));
                unreadable = true;
            }
        }
        if (!print && recordings.size() > 1) {
            commandLine.getOut().println("total: " + matched + " of " + Count.of(records, "packet") + " match");
        }
        commandLine.getOut().flush();
        if (unreadable) {
            return Answer.CONFIGURATION;
        }
        return print || matched == records ? Answer.OK : Answer.FAILURE;
    }

    private void replay(String recording) throws TraceException, RulesInvalidException {
        String source = TextFile.nameOf(recording);
        String text = TextFile.read(recording, System.in, MAX_CHARACTERS);
        if (text.length() > MAX_CHARACTERS) {
            throw new RulesInvalidException(source + ": longer than " + MAX_CHARACTERS + " characters");
        }
        List<PacketRecord> played = PacketRecords.parse(text, source);
        PacketReplayResult result = PacketReplay.run(played, source);
        PrintWriter output = commandLine.getOut();
        if (print) {
            for (int i = 0; i < played.size(); i++) {
                output.println(
                        PacketRecords.print(played.get(i), result.emissions().get(i)));
            }
            return;
        }
        records += result.records();
        matched += result.matched();
        output.println(result.summary());
        Set<Integer> lines = new HashSet<>();
        for (Mismatch mismatch : result.mismatches()) {
            lines.add(mismatch.line());
        }
        for (int i = 0; i < played.size(); i++) {
            PacketRecord record = played.get(i);
            List<PacketEmission> expected = record.expected();
            if (expected != null && lines.contains(record.line())) {
                output.println("  line " + record.line() + ", " + record.name() + ": "
                        + PacketDifference.describe(expected, result.emissions().get(i)));
            }
        }
    }

    private void error(String message) {
        commandLine.getOut().flush();
        commandLine.getErr().println(message);
    }
}
