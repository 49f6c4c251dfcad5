package org.lvs4j.replay;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rules and what clients did under them, with or without the servers that they reached. Immutable.
 *
 * <pre>{@code
 * # a comment
 * [rules]
 * -A -t 10.0.0.100:80 -s rr
 * -a -t 10.0.0.100:80 -r 192.168.1.1:80 -m
 * [marks]
 * tcp 10.0.1.0/24:80 1
 * [sysctl]
 * conn_reuse_mode=0
 * [events]
 * 0 tcp 10.1.0.1:4000 10.0.0.100:80 open -> 192.168.1.1:80
 * 5 expect active 192.168.1.1:80 1 inactive 0
 * }</pre>
 *
 * <p>The rules are those of {@code ipvsadm --restore}. A mark applies to a protocol and an address or network, and to
 * one port or, with port 0 or none, to all; of several that apply the last one counts. The sections for marks and
 * settings may be missing, and so may every answer and count; a count may also be a question mark.
 *
 * <p>An event starts with its time in milliseconds; time never goes back. {@code C} is a client and {@code V} a virtual
 * address, each with its port. Servers answer only where their packets pass the director, under masquerading.
 *
 * <table>
 * <caption>Events</caption>
 * <tr><td>{@code tcp C V open}<td>SYN; if it reached a server: the server's SYN and ACK, the client's ACK
 * <tr><td>{@code tcp C V syn}<td>SYN
 * <tr><td>{@code tcp C V close}<td>FIN and ACK, the server's FIN and ACK, the client's ACK
 * <tr><td>{@code tcp C V rst}<td>RST and ACK
 * <tr><td>{@code tcp C V fin}<td>FIN and ACK
 * <tr><td>{@code tcp C V data}<td>PSH and ACK with 5 bytes
 * <tr><td>{@code tcp C V ack}<td>ACK
 * <tr><td>{@code udp C V packet}<td>a datagram of 5 bytes
 * <tr><td>{@code udp C V sip callid=X}<td>a SIP request with that Call-ID
 * <tr><td>{@code udp C V reply}<td>the server of this flow answers
 * <tr><td>{@code rule ...}<td>a change of the rules
 * <tr><td>{@code sysctl k=v}<td>a change of a setting
 * <tr><td>{@code expect active S a inactive i [svc KEY]}<td>the counts of a server; {@code KEY} is {@code -t V},
 *     {@code -u V} or {@code -f MARK [-6]}
 * </table>
 *
 * <p>An answer follows the arrow {@code ->}: the server's address and port, {@code client} for a reply that left with the
 * virtual address, {@code none:icmp-port-unreach}, {@code none:rst} or {@code none:drop}. An event of several packets
 * shows what came of the first. {@code close} and {@code rst} have an answer only if that packet reached no server; where
 * a trace has any answers at all, their silence says that it did reach one. A server that does not exist is counted as
 * {@code -}.
 */
public final class Trace {
    /** The longest text that is read, in characters. */
    public static final int MAX_TEXT_LENGTH = 32 << 20;

    private final String source;
    private final List<Line> lines;
    private final List<Rule> rules;
    private final List<Marking> markings;
    private final List<Setting> settings;

    Trace(String source, List<Line> lines, List<Rule> rules, List<Marking> markings, List<Setting> settings) {
        this.source = source;
        this.lines = List.copyOf(lines);
        this.rules = List.copyOf(rules);
        this.markings = List.copyOf(markings);
        this.settings = List.copyOf(settings);
    }

    /**
     * Reads a trace.
     *
     * @param text all of it
     * @param source its name in messages, such as the file's
     * @throws TraceException if it is not a trace, saying where and what was expected
     */
    public static Trace parse(String text, String source) throws TraceException {
        return new TraceParser(requireNonNull(source, "source")).parse(requireNonNull(text, "text"));
    }

    /** The name under which it was read. */
    public String source() {
        return source;
    }

    List<Line> lines() {
        return lines;
    }

    List<Rule> rules() {
        return rules;
    }

    List<Setting> settings() {
        return settings;
    }

    int mark(Event.Traffic traffic) {
        int mark = 0;
        for (Marking marking : markings) {
            if (marking.matches(traffic.protocol(), traffic.virtual())) {
                mark = marking.mark();
            }
        }
        return mark;
    }

    /** The trace as text, events with single blanks between words, lines ended by {@code \n}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (Line line : lines) {
            text.append(line.event() == null ? line.text() : line.event().text())
                    .append('\n');
        }
        return text.toString();
    }

    /** A line as it was read, and the event on it if it has one. */
    record Line(String text, @Nullable Event event) {}
}
