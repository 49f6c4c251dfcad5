package org.lvs4j.examples.webcluster.story;

import java.io.PrintStream;
import java.nio.charset.Charset;
import java.util.List;
import picocli.CommandLine.Help.Ansi;

/**
 * The output: permanent lines, and below them a live block that is redrawn in place. In a pipe the live block is
 * omitted. Text may contain picocli's markup, as in {@code @|bold yes|@}. Thread-safe.
 */
public final class Terminal {
    private static final String UP = "\u001B[%dA";
    private static final String ERASE_BELOW = "\u001B[J";
    private static final String UNICODE_SAMPLE = "│├└─┤┘┐▼◄█✓✗";

    private final PrintStream out;
    private final Ansi ansi;
    private final boolean unicode;
    private int liveLines;
    private boolean muted;

    public Terminal(PrintStream out, Charset charset, Ansi ansi) {
        this.out = out;
        this.ansi = ansi;
        unicode = charset.newEncoder().canEncode(UNICODE_SAMPLE);
    }

    /** Whether the output can redraw a live block. */
    public boolean interactive() {
        return ansi.enabled();
    }

    /** The first text if the charset of the output has its characters, else the second one. */
    public String symbol(String text, String ascii) {
        return unicode ? text : ascii;
    }

    /** Writes permanent lines. */
    public synchronized void print(List<String> lines) {
        write(lines, false);
    }

    /** Writes a permanent line. */
    public void print(String line) {
        print(List.of(line));
    }

    /** Replaces the live block, if the output is interactive. */
    public synchronized void live(List<String> lines) {
        if (interactive()) {
            write(lines, true);
        }
    }

    /** Suppresses all further output: the program is being stopped, and the terminal belongs to the shell again. */
    public synchronized void mute() {
        muted = true;
    }

    /** Whether output is suppressed. */
    public synchronized boolean muted() {
        return muted;
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
