package org.lvs4j.replay;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import org.lvs4j.replay.Event.Counts;
import org.lvs4j.replay.Event.Verb;
import org.lvs4j.service.ServiceKey;

/** Reads the lines of the section {@code [events]}, which must be in chronological order. */
final class EventParser {
    /** The latest time of an event: 31 days, the longest timeout of IPVS. */
    static final long MAX_MILLIS = TimeUnit.DAYS.toMillis(31);

    private static final String TCP_VERBS = "open, syn, close, rst, fin, data or ack";
    private static final String UDP_VERBS = "packet, sip or reply";
    private static final String CALL_ID = "callid=";
    private static final int MAX_CALL_ID_CHARS = 512;

    private long latest;

    Event parse(Words words) throws TraceException {
        String time = "milliseconds since the start, 0.." + MAX_MILLIS;
        long millis = Words.number(words.need(time), MAX_MILLIS);
        if (millis < 0) {
            throw words.fail(time);
        }
        if (millis < latest) {
            throw words.fail("time goes backwards to", latest + " or more");
        }
        latest = millis;
        String kinds = "tcp, udp, rule, sysctl or expect";
        String kind = words.need(kinds);
        switch (kind) {
            case "rule":
                Rule rule = Rule.parse(words);
                return new Event.Change(words.line(), millis, millis + " rule " + rule, rule);
            case "sysctl":
                Setting setting = Setting.parse(words);
                return new Event.Set(words.line(), millis, millis + " sysctl " + setting, setting);
            case "expect":
                return expect(words, millis);
            default:
                Protocol protocol = protocol(kind);
                if (protocol == null) {
                    throw words.fail(kinds);
                }
                return traffic(words, millis, protocol);
        }
    }

    private static Event traffic(Words words, long millis, Protocol protocol) throws TraceException {
        Endpoint client = endpoint(words, "the client, such as 10.1.0.1:4000", false);
        Endpoint virtual = endpoint(words, "the virtual address, such as 10.0.0.100:80", false);
        if (client.address().family() != virtual.address().family()) {
            throw words.fail("an address of the client's family");
        }
        String verbs = protocol == Protocol.TCP ? TCP_VERBS : UDP_VERBS;
        Verb verb = verb(words.need(verbs), protocol);
        if (verb == null) {
            throw words.fail(verbs);
        }
        String callId = null;
        if (verb == Verb.SIP) {
            String expected = "callid= and a Call-ID of 1.." + MAX_CALL_ID_CHARS + " characters";
            String word = words.need(expected);
            callId = word.startsWith(CALL_ID) ? word.substring(CALL_ID.length()) : "";
            if (callId.isEmpty() || callId.length() > MAX_CALL_ID_CHARS) {
                throw words.fail(expected);
            }
        }
        String text = words.soFar();
        Answer answer = null;
        String arrow = words.next();
        if (arrow != null) {
            if (!arrow.equals("->")) {
                throw words.fail("-> and an answer, or nothing");
            }
            if (words.peek() != null) {
                answer = Answer.parse(words.need(Answer.EXPECTED));
                if (answer == null) {
                    throw words.fail(Answer.EXPECTED);
                }
                words.end("nothing after the answer");
            }
        }
        return new Event.Traffic(words.line(), millis, text, verb, protocol, client, virtual, callId, answer);
    }

    private static @Nullable Verb verb(String word, Protocol protocol) {
        if (protocol == Protocol.TCP) {
            return switch (word) {
                case "open" -> Verb.OPEN;
                case "syn" -> Verb.SYN;
                case "close" -> Verb.CLOSE;
                case "rst" -> Verb.RST;
                case "fin" -> Verb.FIN;
                case "data" -> Verb.DATA;
                case "ack" -> Verb.ACK;
                default -> null;
            };
        }
        return switch (word) {
            case "packet" -> Verb.PACKET;
            case "sip" -> Verb.SIP;
            case "reply" -> Verb.REPLY;
            default -> null;
        };
    }

    private static Event expect(Words words, long millis) throws TraceException {
        keyword(words, "active");
        Endpoint server = endpoint(words, "a server, such as 192.168.1.1:80", true);
        String before = words.soFar();
        Integer active = count(words);
        if (words.peek() != null && !"svc".equals(words.peek())) {
            keyword(words, "inactive");
        }
        Integer inactive = count(words);
        ServiceKey service = null;
        String after = "";
        if (words.peek() != null) {
            keyword(words, "svc");
            int start = words.offset();
            service = service(words);
            after = " " + words.soFar(start);
            words.end("nothing after the service");
        }
        Counts counts = active == null || inactive == null ? null : new Counts(active, inactive);
        return new Event.Expect(words.line(), millis, before, server, service, after, counts);
    }

    private static void keyword(Words words, String keyword) throws TraceException {
        if (!words.need(keyword).equals(keyword)) {
            throw words.fail(keyword);
        }
    }

    /** Reads a count: -1 means that there is no such server, null that the trace has no count. */
    private static @Nullable Integer count(Words words) throws TraceException {
        String word = words.peek();
        if (word == null || word.equals("inactive") || word.equals("svc")) {
            return null;
        }
        words.next();
        if (word.equals(Counts.UNKNOWN_TEXT)) {
            return null;
        }
        long count = word.equals(Counts.NO_SERVER_TEXT) ? -1 : Words.number(word, Integer.MAX_VALUE);
        if (count < 0 && !word.equals(Counts.NO_SERVER_TEXT)) {
            throw words.fail("a number of connections, 0.." + Integer.MAX_VALUE);
        }
        return (int) count;
    }

    private static ServiceKey service(Words words) throws TraceException {
        String name = words.need("-t, -u or -f");
        if (name.equals("-t") || name.equals("-u")) {
            Endpoint endpoint = endpoint(words, "the service's address, such as 10.0.0.100:80", true);
            return ServiceKey.of(name.equals("-t") ? Protocol.TCP : Protocol.UDP, endpoint);
        }
        if (!name.equals("-f")) {
            throw words.fail("-t, -u or -f");
        }
        String marks = "a firewall mark, 1..4294967295";
        long mark = Words.number(words.need(marks), 0xFFFF_FFFFL);
        if (mark < 1) {
            throw words.fail(marks);
        }
        boolean v6 = "-6".equals(words.peek());
        if (v6) {
            words.next();
        }
        return ServiceKey.mark((int) mark, v6 ? AddressFamily.IPV6 : AddressFamily.IPV4);
    }

    private static Endpoint endpoint(Words words, String expected, boolean portMayBeZero) throws TraceException {
        String word = words.need(expected);
        try {
            Endpoint endpoint = Endpoint.parse(word);
            if (endpoint.port() != 0 || portMayBeZero) {
                return endpoint;
            }
        } catch (IllegalArgumentException e) {
            // Reported below, with the position.
        }
        throw words.fail(expected);
    }

    static @Nullable Protocol protocol(String word) {
        return switch (word) {
            case "tcp" -> Protocol.TCP;
            case "udp" -> Protocol.UDP;
            default -> null;
        };
    }
}
