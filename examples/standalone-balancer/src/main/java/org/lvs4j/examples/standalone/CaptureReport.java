package org.lvs4j.examples.standalone;

import java.time.Duration;
import java.util.List;
import org.lvs4j.config.Listing;
import org.lvs4j.config.RuleCommand.ListServices;
import org.lvs4j.config.RuleException;
import org.lvs4j.config.RuleParser;
import org.lvs4j.replay.CaptureSummary;

/** Prints the summary of a replayed capture. */
final class CaptureReport {
    private static final List<String> STATISTICS = List.of("-L", "-n", "--stats", "--exact");

    private CaptureReport() {}

    /**
     * The report.
     *
     * @param repaired whether wrong checksums have been repaired
     */
    static String of(String source, CaptureSummary summary, boolean repaired) {
        StringBuilder text = new StringBuilder();
        text.append(source)
                .append(": ")
                .append(Count.of(summary.packets(), "packet"))
                .append(" in ")
                .append(seconds(summary.spanNanos()))
                .append(" s of the capture, ")
                .append(summary.emitted())
                .append(" emitted\n");
        text.append("  to servers ")
                .append(summary.toServers())
                .append(", to clients ")
                .append(summary.toClients())
                .append(", answered ")
                .append(summary.answered())
                .append(", not for the director ")
                .append(summary.passed())
                .append(", dropped ")
                .append(summary.dropped());
        if (summary.held() > 0) {
            text.append(", fragments kept ").append(summary.held());
        }
        text.append('\n');
        note(text, summary.cut(), "packet", "skipped: truncated in the capture; see --truncated");
        note(text, summary.truncated(), "packet", "truncated in the capture, forwarded as far as captured");
        note(text, summary.other(), "frame", "skipped: not an IP packet");
        note(text, summary.unknownLink(), "frame", "skipped: unknown link type");
        note(
                text,
                summary.wrongChecksums(),
                "packet",
                "with a wrong checksum" + (repaired ? ", repaired" : ", forwarded unchanged; see --fix-checksums"));
        note(
                text,
                summary.unfinishedChecksums(),
                "packet",
                "with a checksum or length left to the network card, completed");
        note(
                text,
                summary.segmented(),
                "packet",
                "of more than 65535 bytes (BIG TCP), cut into packets that IP can carry");
        note(text, summary.large(), "packet", "skipped: more than 65535 bytes, and not TCP");
        note(text, summary.backwards(), "frame", "with a time before that of an earlier one");
        if (summary.cutShort()) {
            text.append("  the capture ends in the middle of a record\n");
        }
        return text.append(Listing.services(summary.services(), listing())).toString();
    }

    private static void note(StringBuilder text, long number, String what, String why) {
        if (number > 0) {
            text.append("  ")
                    .append(Count.of(number, what))
                    .append(' ')
                    .append(why)
                    .append('\n');
        }
    }

    private static String seconds(long nanos) {
        Duration span = Duration.ofNanos(nanos);
        return span.toSeconds() + String.format(".%03d", span.toMillisPart());
    }

    private static ListServices listing() {
        try {
            return (ListServices) RuleParser.parse(STATISTICS);
        } catch (RuleException e) {
            throw new IllegalStateException(e);
        }
    }
}
