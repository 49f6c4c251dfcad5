package org.lvs4j.replay;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A trace: rules, and the events of clients, with or without the servers that the clients reached. Immutable.
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
 * <p>The rules are in the format of {@code ipvsadm --restore}. A mark applies to a protocol, an address or network,
 * and a port; port 0 or no port means every port. If several marks apply to a packet, the last one is used. The
 * sections {@code [marks]} and {@code [sysctl]} are optional, and so is every answer and count; a count may also be
 * a question mark.
 *
 * <p>An event starts with its time in milliseconds since the start, in chronological order. {@code C} is a client and
 * {@code V} a virtual address, each with its port. The replies of servers are simulated only under masquerading,
 * because otherwise they do not pass through the director.
 *
 * <table>
 * <caption>Events</caption>
 * <tr><td>{@code tcp C V open}<td>SYN; if it reaches a server, also the server's SYN and ACK and the client's ACK
 * <tr><td>{@code tcp C V syn}<td>SYN
 * <tr><td>{@code tcp C V close}<td>FIN and ACK; the server's FIN and ACK; the client's ACK
 * <tr><td>{@code tcp C V rst}<td>RST and ACK
 * <tr><td>{@code tcp C V fin}<td>FIN and ACK
 * <tr><td>{@code tcp C V data}<td>PSH and ACK with 5 bytes
 * <tr><td>{@code tcp C V ack}<td>ACK
 * <tr><td>{@code udp C V packet}<td>a datagram of 5 bytes
 * <tr><td>{@code udp C V sip callid=X}<td>a SIP request with that Call-ID
 * <tr><td>{@code udp C V reply}<td>a datagram of the server that the client last reached
 * <tr><td>{@code rule ...}<td>applies a rule
 * <tr><td>{@code sysctl k=v}<td>changes a setting
 * <tr><td>{@code expect active S a inactive i [svc KEY]}<td>compares the connection counts of a server; {@code KEY} is
 *     {@code -t V}, {@code -u V} or {@code -f MARK [-6]}
 * </table>
 *
 * <p>An answer follows the arrow {@code ->}: the server's address and port; {@code client} for a reply that leaves with
 * the virtual address as source; {@code none:icmp-port-unreach}, {@code none:rst} or {@code none:drop}. The answer of
 * an event with several packets is that of the first packet. {@code close} and {@code rst} have an answer only if that
 * packet reaches no server; in a trace with answers, no answer there means that the packet reaches a server. The counts
 * of a server that does not exist are {@code -}.
 */
public final class Trace {
    /** The largest size of a trace, in characters. */
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
     * Reads a trace. Costs time and memory in proportion to the text.
     *
     * @param text the whole text, at most {@value #MAX_TEXT_LENGTH} characters
     * @param source its name in messages, such as the name of the file
     * @throws TraceException if the text is not a trace; the message names line, column, token and what was expected
     */
    public static Trace parse(String text, String source) throws TraceException {
        return new TraceParser(requireNonNull(source, "source")).parse(requireNonNull(text, "text"));
    }

    /** The name of the trace, as given to {@link #parse}. */
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

    /** The firewall mark of the packets of an event, 0 for none. */
    int mark(Event.Traffic traffic) {
        int mark = 0;
        for (Marking marking : markings) {
            if (marking.matches(traffic.protocol(), traffic.virtual())) {
                mark = marking.mark();
            }
        }
        return mark;
    }

    /** The trace as text: words of events are separated by single blanks, lines end with {@code \n}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (Line line : lines) {
            text.append(line.event() == null ? line.text() : line.event().text())
                    .append('\n');
        }
        return text.toString();
    }

    /** A line as text, and its event; null for a comment, a header, or a line of another section. */
    record Line(String text, @Nullable Event event) {}
}
