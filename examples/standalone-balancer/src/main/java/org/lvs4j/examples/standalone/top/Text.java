package org.lvs4j.examples.standalone.top;

import java.util.Locale;

/** Texts of a known width in columns. */
final class Text {
    private static final String UNITS = "KMGTPE";

    private Text() {}

    /** A number in at most five characters: exact up to 99999, then rounded down with a unit, {@code 1.2M}. */
    static String scaled(long number) {
        if (number < 100_000) {
            return Long.toString(number);
        }
        long unit = 1;
        int index = -1;
        while (number / unit >= 1000) {
            unit *= 1000;
            index++;
        }
        long tenths = number / (unit / 10);
        return (tenths < 100 * 10 ? tenths / 10 + "." + tenths % 10 : Long.toString(tenths / 10)) + UNITS.charAt(index);
    }

    /** A time as its two largest units, such as {@code 3m12s}. */
    static String age(long seconds) {
        if (seconds < 60) {
            return Math.max(0, seconds) + "s";
        } else if (seconds < 3600) {
            return seconds / 60 + "m" + seconds % 60 + "s";
        }
        return seconds < 86_400
                ? seconds / 3600 + "h" + seconds / 60 % 60 + "m"
                : seconds / 86_400 + "d" + seconds / 3600 % 24 + "h";
    }

    /** A text in which each character takes one column: what a server has sent may contain anything. */
    static String printable(String text) {
        StringBuilder safe = new StringBuilder(text.length());
        text.codePoints().forEach(each -> safe.append(each < ' ' || each > '~' ? '?' : (char) each));
        return safe.toString();
    }

    /** The start of a text, padded to a width. */
    static String left(String text, int width) {
        return text.length() > width ? text.substring(0, Math.max(0, width)) : text + " ".repeat(width - text.length());
    }

    /** A text at the right edge of a width. */
    static String right(String text, int width) {
        return text.length() >= width ? left(text, width) : " ".repeat(width - text.length()) + text;
    }

    /** A text whose middle is left out if it is too long: the port at its end tells servers apart. */
    static String middle(String text, int width) {
        if (text.length() <= width || width < 4) {
            return left(text, width);
        }
        int start = (width - 1) / 2;
        return text.substring(0, start) + "~" + text.substring(text.length() - (width - 1 - start));
    }

    /** As many parts as fit, with two blanks between them; of the first one, its start. */
    static String parts(int width, String... parts) {
        StringBuilder line = new StringBuilder();
        for (String part : parts) {
            int gap = line.length() == 0 || part.isEmpty() ? 0 : 2;
            if (line.length() > 0 && line.length() + gap + part.length() > width) {
                break;
            }
            line.append(" ".repeat(gap)).append(part);
        }
        return line.substring(0, Math.min(width, line.length()));
    }

    /** A number with its noun. */
    static String count(long number, String noun) {
        return String.format(Locale.ROOT, "%d %s%s", number, noun, number == 1 ? "" : "s");
    }
}
