package org.lvs4j.config.keepalived;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.lvs4j.health.CheckSchedule;
import org.lvs4j.health.Script;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;

/** Parses values: numbers, times, truth values, addresses, programs. */
final class Values {
    static final Duration LEAST_TIME = Duration.ofNanos(1_000);

    private static final int MAX_DIGITS = 30;
    private static final int TIME_PLACES = 6;

    private Values() {}

    /** An unsigned decimal number within limits. A tolerant reader takes the digits before other characters. */
    static long number(Word word, long least, long most, Context context) throws KeepalivedException {
        String text = word.text();
        if (context.problems().tolerant() && !text.startsWith("-")) {
            int end = 0;
            while (end < text.length() && isDigit(text.charAt(end))) {
                end++;
            }
            if (end < text.length()) {
                context.problems().warning(word.place(), "not a number '" + KeepalivedException.shown(text) + "'");
            }
            text = end == 0 ? "0" : text.substring(0, end);
        }
        return exactNumber(word, text, least, most);
    }

    private static long exactNumber(Word word, String text, long least, long most) throws KeepalivedException {
        String expected = "a number within " + least + ".." + most;
        if (text.isEmpty() || !text.chars().allMatch(c -> isDigit((char) c))) {
            throw word.error("not a number:", expected);
        }
        long number = digits(text);
        if (number < least || number > most) {
            throw word.error("number out of range:", expected);
        }
        return number;
    }

    /** A number that may have a sign. */
    static int signed(Word word, Context context) throws KeepalivedException {
        boolean negative = word.text().startsWith("-");
        Word digits = negative
                ? new Word(
                        word.text().substring(1),
                        new Place(
                                word.place().source(),
                                word.place().line(),
                                word.place().column() + 1))
                : word;
        long number = number(digits, 0, Integer.MAX_VALUE, context);
        return (int) (negative ? -number : number);
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static long digits(String text) {
        int start = 0;
        while (start < text.length() - 1 && text.charAt(start) == '0') {
            start++;
        }
        return text.length() - start > 18 ? Long.MAX_VALUE : Long.parseLong(text.substring(start));
    }

    /**
     * A time in seconds with up to six decimal places.
     *
     * @param least the shortest one
     * @param most the longest one that is accepted
     */
    static Duration time(Word word, Duration least, Duration most, Context context) throws KeepalivedException {
        String text = word.text();
        if (context.problems().tolerant()) {
            text = timePrefix(text);
        }
        String expected = "seconds within " + seconds(least) + ".." + seconds(most)
                + " with up to six decimal places, and" + " without a unit";
        int point = text.indexOf('.');
        String whole = point < 0 ? text : text.substring(0, point);
        String places = point < 0 ? "" : text.substring(point + 1);
        boolean numeric = (whole + places).chars().allMatch(c -> isDigit((char) c));
        if (!numeric || whole.isEmpty() && places.isEmpty()) {
            throw word.error("not a time in seconds:", expected);
        }
        if (places.length() > TIME_PLACES && !context.problems().tolerant()) {
            throw word.error("more decimal places than six:", expected);
        }
        if (whole.length() + places.length() > MAX_DIGITS && digits(whole) == Long.MAX_VALUE) {
            whole = Long.toString(Long.MAX_VALUE);
            places = "";
        }
        BigDecimal nanos = new BigDecimal("0" + whole + "." + places + "0")
                .setScale(TIME_PLACES, RoundingMode.HALF_UP)
                .movePointRight(9);
        if (nanos.compareTo(BigDecimal.valueOf(least.toNanos())) < 0
                || nanos.compareTo(BigDecimal.valueOf(most.toNanos())) > 0) {
            if (nanos.signum() > 0
                    && most.equals(CheckSchedule.LONGEST)
                    && nanos.compareTo(BigDecimal.valueOf(least.toNanos())) >= 0) {
                context.problems()
                        .warning(word.place(), "time of " + text + " s is cut to the longest, " + seconds(most) + " s");
                return most;
            }
            throw word.error("time out of range:", expected);
        }
        return Duration.ofNanos(nanos.longValue());
    }

    private static String timePrefix(String text) {
        int end = 0;
        int points = 0;
        while (end < text.length() && (isDigit(text.charAt(end)) || text.charAt(end) == '.' && points++ == 0)) {
            end++;
        }
        return end == 0 && !text.startsWith("-") ? "0" : text.substring(0, Math.max(end, 0));
    }

    /** A time as it is written: seconds with as many decimal places as it needs. */
    static String seconds(Duration time) {
        return BigDecimal.valueOf(time.toNanos(), 9).stripTrailingZeros().toPlainString();
    }

    /** The truth value behind a key; the key alone is true. */
    static boolean truth(Statement statement) throws KeepalivedException {
        if (statement.size() == 0) {
            return true;
        }
        return switch (statement.value(0).text()) {
            case "true", "on", "yes" -> true;
            case "false", "off", "no" -> false;
            default -> throw statement.value(0).error("not a truth value:", "true, on, yes, false, off or no");
        };
    }

    /** An address in numbers. */
    static IpAddress address(Word word) throws KeepalivedException {
        IpAddress address = addressOrNull(word.text());
        if (address == null) {
            throw word.error(
                    "not an IP address:", "one in numbers such as 10.0.0.1 or fd00::1; names are not resolved");
        }
        return address;
    }

    static @Nullable IpAddress addressOrNull(String text) {
        try {
            return IpAddress.parse(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** An address and a port, which may be left out or 0: then it is 0. */
    static Endpoint endpoint(Statement statement, int index) throws KeepalivedException {
        IpAddress address = address(statement.required(index, "an IP address and a port"));
        return new Endpoint(address, port(statement, index + 1));
    }

    /** The port at an index; 0 if there is none. */
    static int port(Statement statement, int index) throws KeepalivedException {
        return statement.size() <= index
                ? 0
                : (int) exactNumber(
                        statement.value(index), statement.value(index).text(), 0, Endpoint.MAX_PORT);
    }

    /** A unicast address, which a server may have. */
    static Endpoint server(Statement statement) throws KeepalivedException {
        Endpoint endpoint = endpoint(statement, 0);
        if (endpoint.address().isUnspecified() || endpoint.address().isMulticast()) {
            throw statement.value(0).error("not the address of a server:", "a unicast address");
        }
        return endpoint;
    }

    /** A name of one word. */
    static String name(Statement statement) throws KeepalivedException {
        return statement.value("a name").text();
    }

    /** A program with its arguments in one word, then perhaps a user and a group. */
    static Script script(Statement statement, Context context) throws KeepalivedException {
        Script script = program(statement, context);
        context.runs(statement.value(0), script);
        return script;
    }

    /** A program whose user may still change. */
    static Script program(Statement statement, Context context) throws KeepalivedException {
        Word word = statement.value("a program with its arguments in double quotes");
        List<String> command = command(word.text());
        if (command.isEmpty() || command.get(0).isEmpty()) {
            throw word.error("program without a name:", "a program with its arguments");
        }
        GlobalDraft globals = context.globals();
        String user = statement.size() > 1 ? statement.value(1).text() : globals.scriptUser();
        String group =
                statement.size() > 2 ? statement.value(2).text() : statement.size() > 1 ? null : globals.scriptGroup();
        return new Script(command, user, group);
    }

    /** Splits a command at its blanks; single quotes keep them. */
    static List<String> command(String text) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean begun = false;
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\'') {
                quoted = !quoted;
                begun = true;
            } else if (!quoted && (Line.isBlank(c) || c == '\n')) {
                if (begun) {
                    words.add(word.toString());
                    word.setLength(0);
                    begun = false;
                }
            } else {
                word.append(c);
                begun = true;
            }
        }
        if (begun) {
            words.add(word.toString());
        }
        return words;
    }

    /**
     * Bytes in hexadecimal digits, in one or more words. A digit alone is the lower half of a byte.
     *
     * @param free whether {@code x} stands for any digit
     */
    static String hexadecimal(Statement statement, boolean free) throws KeepalivedException {
        StringBuilder bytes = new StringBuilder();
        for (Word word : statement.values()) {
            for (String part : word.text().toLowerCase(Locale.ROOT).split("[ \t]+")) {
                if (!part.chars().allMatch(c -> "0123456789abcdef".indexOf(c) >= 0 || free && c == 'x')) {
                    throw word.error(
                            "not hexadecimal:", "pairs of hexadecimal digits" + (free ? ", x for any digit" : ""));
                }
                int even = part.length() & ~1;
                bytes.append(part, 0, even);
                if (even < part.length()) {
                    bytes.append('0').append(part.charAt(even));
                }
            }
        }
        return bytes.toString();
    }
}
