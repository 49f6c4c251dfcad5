package org.lvs4j.examples.standalone;

import java.io.PrintWriter;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Help.Ansi;

/** Shows the progress of a long capture in a line on the terminal, if there is one. */
final class Progress implements AutoCloseable {
    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final int FRAMES_BETWEEN_LOOKS = 1 << 12;
    private static final String ERASE_LINE = "\r\u001B[K";

    private final PrintWriter terminal;
    private final String source;
    private final long length;
    private final boolean shown;
    private long frames;
    private long nextNanos = System.nanoTime() + INTERVAL_NANOS;
    private boolean drawn;

    private Progress(PrintWriter terminal, String source, long length, boolean shown) {
        this.terminal = terminal;
        this.source = source;
        this.length = length;
        this.shown = shown;
    }

    /**
     * Shows progress on the terminal, if there is one.
     *
     * @param length bytes of the whole capture, 0 if unknown
     */
    static Progress of(PrintWriter terminal, String source, long length) {
        return of(terminal, source, length, Ansi.AUTO.enabled());
    }

    static Progress of(PrintWriter terminal, String source, long length, boolean shown) {
        return new Progress(terminal, source, length, shown);
    }

    /** Counts a frame; to be called after each. */
    void at(long bytesRead) {
        frames++;
        if (shown && frames % FRAMES_BETWEEN_LOOKS == 0 && System.nanoTime() - nextNanos >= 0) {
            nextNanos = System.nanoTime() + INTERVAL_NANOS;
            draw(bytesRead);
        }
    }

    void draw(long bytesRead) {
        String share = length == 0 ? "" : ", " + Math.min(100, 100 * bytesRead / length) + " %";
        terminal.print(ERASE_LINE + source + ": " + Count.of(frames, "packet") + share);
        terminal.flush();
        drawn = true;
    }

    @Override
    public void close() {
        if (drawn) {
            terminal.print(ERASE_LINE);
            terminal.flush();
        }
    }
}
