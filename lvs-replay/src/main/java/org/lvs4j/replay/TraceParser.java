package org.lvs4j.replay;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;
import org.lvs4j.net.Protocol;

/** Reads a trace line by line and collects its rules, marks, settings and events. */
final class TraceParser {
    static final int MAX_CHARS = Trace.MAX_TEXT_LENGTH;
    static final int MAX_LINE_CHARS = 4096;
    static final int MAX_LINES = 2_000_000;

    private static final String BYTE_ORDER_MARK = "\uFEFF";
    private static final long MAX_MARK = 0xFFFF_FFFFL;

    private final String source;
    private final Set<Section> seen = EnumSet.noneOf(Section.class);
    private final List<Trace.Line> lines = new ArrayList<>();
    private final List<Rule> rules = new ArrayList<>();
    private final List<Marking> markings = new ArrayList<>();
    private final List<Setting> settings = new ArrayList<>();
    private @Nullable Section section;
    private final EventParser events = new EventParser();

    private enum Section {
        RULES("[rules]"),
        MARKS("[marks]"),
        SYSCTL("[sysctl]"),
        EVENTS("[events]");

        final String header;

        Section(String header) {
            this.header = header;
        }
    }

    TraceParser(String source) {
        this.source = source;
    }

    Trace parse(String text) throws TraceException {
        if (text.length() > MAX_CHARS) {
            throw tooLong(1, 1, "trace of " + text.length() + " characters is too long", MAX_CHARS + " characters");
        }
        int start = text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length() : 0;
        int number = 0;
        while (start < text.length()) {
            int end = text.indexOf('\n', start);
            int stop = end < 0 ? text.length() : end;
            number++;
            if (number > MAX_LINES) {
                throw tooLong(number, 1, "trace has too many lines", MAX_LINES + " lines");
            }
            if (stop - start > MAX_LINE_CHARS) {
                throw tooLong(number, MAX_LINE_CHARS + 1, "line is too long", MAX_LINE_CHARS + " characters");
            }
            line(number, text.substring(start, stop).stripTrailing());
            start = stop + 1;
        }
        for (Section needed : new Section[] {Section.RULES, Section.EVENTS}) {
            if (!seen.contains(needed)) {
                throw new TraceException(
                        source,
                        number + 1,
                        1,
                        "",
                        "the trace ends too early; expected the section " + needed.header,
                        "the section " + needed.header);
            }
        }
        return new Trace(source, lines, rules, markings, settings);
    }

    private TraceException tooLong(int number, int column, String problem, String limit) {
        return new TraceException(
                source, number, column, "", problem + "; expected at most " + limit, "at most " + limit);
    }

    private void line(int number, String text) throws TraceException {
        Words words = new Words(source, number, text);
        String first = words.peek();
        if (first == null || first.startsWith("#")) {
            lines.add(new Trace.Line(text, null));
        } else if (first.startsWith("[")) {
            header(words);
            lines.add(new Trace.Line(text.strip(), null));
        } else if (section == null) {
            words.next();
            throw words.fail("the section " + Section.RULES.header);
        } else if (section == Section.EVENTS) {
            lines.add(new Trace.Line(text, events.parse(words)));
        } else {
            switch (section) {
                case RULES -> rules.add(Rule.parse(words));
                case MARKS -> markings.add(marking(words));
                default -> settings.add(Setting.parse(words));
            }
            lines.add(new Trace.Line(text, null));
        }
    }

    private void header(Words words) throws TraceException {
        String word = words.need("");
        for (Section candidate : Section.values()) {
            if (candidate.header.equals(word)) {
                if (seen.contains(Section.EVENTS)) {
                    throw words.fail("no section after " + Section.EVENTS.header);
                }
                if (!seen.add(candidate)) {
                    throw words.fail("second section", "each section once");
                }
                words.end("nothing after a section's name");
                section = candidate;
                return;
            }
        }
        throw words.fail("a section: [rules], [marks], [sysctl] or [events]");
    }

    private Marking marking(Words words) throws TraceException {
        Protocol protocol = EventParser.protocol(words.need("tcp or udp"));
        if (protocol == null) {
            throw words.fail("tcp or udp");
        }
        String expected = "an address or a network with its port, such as 10.0.0.0/24:80 or [fd00::/64]:80";
        Marking target = target(protocol, words.need(expected));
        if (target == null) {
            throw words.fail(expected);
        }
        String marks = "a firewall mark, 1.." + MAX_MARK;
        long mark = Words.number(words.need(marks), MAX_MARK);
        if (mark < 1) {
            throw words.fail(marks);
        }
        words.end("nothing after the firewall mark");
        return new Marking(protocol, target.network(), target.prefix(), target.port(), (int) mark);
    }

    /**
     * Reads {@code address[/prefix][:port]}, an IPv6 network in brackets, as a marking with mark 0; null if
     * it is malformed.
     */
    private static @Nullable Marking target(Protocol protocol, String word) {
        int slash = word.indexOf('/');
        String address = word;
        String prefix = "";
        if (slash >= 0) {
            int end = slash + 1;
            while (end < word.length() && word.charAt(end) >= '0' && word.charAt(end) <= '9') {
                end++;
            }
            prefix = word.substring(slash + 1, end);
            address = word.substring(0, slash) + word.substring(end);
        }
        Endpoint endpoint;
        try {
            endpoint = Endpoint.parse(address);
        } catch (IllegalArgumentException e) {
            return null;
        }
        IpAddress network = endpoint.address();
        int bits = network.family() == AddressFamily.IPV4 ? 32 : 128;
        long length = slash < 0 ? bits : Words.number(prefix, bits);
        return length < 0 ? null : new Marking(protocol, network, (int) length, endpoint.port(), 0);
    }
}
