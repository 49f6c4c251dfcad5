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

/** One capture on its way through a director: its files, progress, summary and how it ends. */
final class CaptureRun {
    private static final String STANDARD = TextFile.STANDARD_INPUT;
    private static final int INTERRUPTED = 130;

    private final CommandLine commandLine;
    private final CaptureReplay replay;
    private final boolean repairing;

    // Written by the thread of a signal, read by the one that replays: volatile hands it over.
    private volatile boolean stopped;

    private CaptureRun(CommandLine commandLine, CaptureReplay replay, boolean repairing) {
        this.commandLine = commandLine;
        this.replay = replay;
        this.repairing = repairing;
    }

    static CaptureRun of(CommandLine commandLine, CaptureReplay replay, boolean repairing) {
        return new CaptureRun(commandLine, replay, repairing);
    }

    /**
     * Replays one file into another.
     *
     * @param out null to write no packets
     * @return the exit code
     * @throws RulesInvalidException if a file cannot be opened, saying why
     * @throws IOException if reading or writing fails half-way
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
        notes.print(CaptureReport.of(source, replay.summary(), repairing));
        notes.flush();
        if (problem != null) {
            throw new RulesInvalidException(problem + "; what comes before has been replayed");
        }
        return stopped ? INTERRUPTED : Answer.OK;
    }

    /** A capture that comes through a pipe ends by itself when its writer gets the same signal. */
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
            throw new RulesInvalidException(file + ": this is not the name of a file");
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
