package org.lvs4j.examples.webcluster;

import java.io.PrintStream;
import java.nio.charset.Charset;
import java.util.List;
import picocli.CommandLine.Help.Ansi;

/**
 * The screen: lines that stay, and below them a block that is drawn anew in place. Where that is impossible, as in a
 * pipe, the block appears only when it is to stay. Text may hold picocli's markup, as in {@code @|bold yes|@}.
 */
final class Terminal {
    private static final String UP = "\u001B[%dA";
    private static final String ERASE_BELOW = "\u001B[J";
    private static final String UNICODE_SAMPLE = "│├└─┤┘┐▼◄█✓✗";

    private final PrintStream out;
    private final Ansi ansi;
    private final boolean unicode;
    private int liveLines;
    private boolean muted;

    Terminal(PrintStream out, Charset charset, Ansi ansi) {
        this.out = out;
        this.ansi = ansi;
        unicode = charset.newEncoder().canEncode(UNICODE_SAMPLE);
    }

    /** Whether a live block moves. */
    boolean moves() {
        return ansi.enabled();
    }

    /** One of two texts, the first one only if this screen has the characters for it. */
    String drawn(String fancy, String plain) {
        return unicode ? fancy : plain;
    }

    /** Writes lines that stay. */
    synchronized void print(List<String> lines) {
        write(lines, false);
    }

    /** Writes a line that stays. */
    void print(String line) {
        print(List.of(line));
    }

    /** Draws the live block in place of the former one, if this screen can. */
    synchronized void live(List<String> lines) {
        if (moves()) {
            write(lines, true);
        }
    }

    /** Writes nothing from now on: the user has ended this and the shell has the screen. */
    synchronized void mute() {
        muted = true;
    }

    /** Whether nobody has muted it. */
    synchronized boolean open() {
        return !muted;
    }

    private void write(List<String> lines, boolean live) {
        if (muted) {
            return;
        }
        StringBuilder text = new StringBuilder();
        if (liveLines > 0) {
            text.append(String.format(UP, liveLines)).append(ERASE_BELOW);
        }
        for (String line : lines) {
            text.append(ansi.string(line)).append('\n');
        }
        liveLines = live ? lines.size() : 0;
        out.print(text);
        out.flush();
    }
}
