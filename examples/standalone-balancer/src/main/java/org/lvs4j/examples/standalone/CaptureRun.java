package org.lvs4j.examples.standalone;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.lvs4j.replay.CaptureReplay;
import org.lvs4j.replay.capture.CaptureException;
import org.lvs4j.replay.capture.CaptureReader;
import org.lvs4j.replay.capture.CaptureWriter;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Replays one capture: opens its files, shows progress, prints the summary, and determines the exit code. */
final class CaptureRun {
    private static final String STANDARD = TextFile.STANDARD_INPUT;
    private static final int INTERRUPTED = 130;

    private final CommandLine commandLine;
    private final CaptureReplay replay;
    private final boolean repairsChecksums;

    // Written by the thread of a signal and read by the replaying thread: volatile publishes it.
    private volatile boolean stopped;

    private CaptureRun(CommandLine commandLine, CaptureReplay replay, boolean repairsChecksums) {
        this.commandLine = commandLine;
        this.replay = replay;
        this.repairsChecksums = repairsChecksums;
    }

    static CaptureRun of(CommandLine commandLine, CaptureReplay replay, boolean repairsChecksums) {
        return new CaptureRun(commandLine, replay, repairsChecksums);
    }

    /**
     * Replays one file into another.
     *
     * @param out null to write no packets
     * @return the exit code
     * @throws RulesInvalidException with the reason, if a file cannot be opened
     * @throws IOException if reading or writing fails midway
     */
    int run(String in, @Nullable String out) throws RulesInvalidException, IOException {
        boolean summaryAside = STANDARD.equals(out);
        PrintWriter notes = summaryAside ? commandLine.getErr() : commandLine.getOut();
        String source = TextFile.nameOf(in);
        @Nullable String problem = null;
        Signals.handle("INT", this::stop);
        try (CaptureReader reader = open(in)) {
            requireOther(in, out);
            try (CaptureWriter writer = out == null ? null : create(out);
                    Progress progress = Progress.of(commandLine.getErr(), source, lengthOf(in))) {
                while (!stopped && replay.next(reader, writer)) {
                    progress.at(reader.bytesRead());
                }
            } catch (CaptureException e) {
                problem = e.getMessage();
            }
        } catch (CaptureException e) {
            throw new RulesInvalidException(String.valueOf(e.getMessage()));
        }
        notes.print(CaptureReport.of(source, replay.summary(), repairsChecksums));
        notes.flush();
        if (problem != null) {
            throw new RulesInvalidException(problem + "; the packets before it have been replayed");
        }
        return stopped ? INTERRUPTED : Answer.OK;
    }

    /** Stops after the present packet; at once on a second signal, since a read from a pipe may block. */
    private void stop() {
        if (stopped) {
            Runtime.getRuntime().halt(INTERRUPTED);
        }
        stopped = true;
    }

    private static CaptureReader open(String in) throws RulesInvalidException, IOException {
        return CaptureReader.open(stream(in), TextFile.nameOf(in));
    }

    private static InputStream stream(String in) throws RulesInvalidException {
        if (in.equals(STANDARD)) {
            return new FileInputStream(FileDescriptor.in);
        }
        try {
            return Files.newInputStream(path(in));
        } catch (NoSuchFileException e) {
            throw new RulesInvalidException(in + ": there is no such file");
        } catch (IOException e) {
            throw new RulesInvalidException(in + ": cannot be read: " + reason(e));
        }
    }

    private static CaptureWriter create(String out) throws RulesInvalidException {
        if (out.equals(STANDARD)) {
            return CaptureWriter.open(new FileOutputStream(FileDescriptor.out));
        }
        try {
            OutputStream stream = Files.newOutputStream(path(out));
            return CaptureWriter.open(stream);
        } catch (IOException e) {
            throw new RulesInvalidException(out + ": cannot be written: " + reason(e));
        }
    }

    private static Path path(String file) throws RulesInvalidException {
        try {
            return Path.of(file);
        } catch (InvalidPathException e) {
            throw new RulesInvalidException(file + ": not a valid file name");
        }
    }

    private static String reason(IOException e) {
        String reason = e instanceof FileSystemException file ? file.getReason() : e.getMessage();
        return reason == null ? e.getClass().getSimpleName() : reason;
    }

    private void requireOther(String in, @Nullable String out) throws RulesInvalidException, IOException {
        if (out == null || in.equals(STANDARD) || out.equals(STANDARD)) {
            return;
        }
        Path target = path(out);
        if (Files.isRegularFile(target) && Files.isSameFile(path(in), target)) {
            throw new ParameterException(commandLine, in + " would be overwritten while it is read");
        }
    }

    private static long lengthOf(String in) throws IOException {
        if (in.equals(STANDARD)) {
            return 0;
        }
        Path path = Path.of(in);
        return Files.isRegularFile(path) ? Files.size(path) : 0;
    }
}
