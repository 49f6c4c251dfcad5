package org.lvs4j.netty.health;

import io.netty.channel.EventLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.lvs4j.health.Script;
import org.lvs4j.netty.health.ProcessGroup.End;
import org.slf4j.Logger;

/** The FIFOs of a monitor and the programs that read them. Thread-safe; {@link #follow} blocks. */
final class NotifyFifos implements AutoCloseable {
    private static final Duration NO_LIMIT = Duration.ofDays(3650);
    private static final long PAUSE_SECONDS = 1;

    private final ProbePrograms programs;
    private final EventLoop timers;
    private final MonitorCounters counters;
    private final Logger logger;

    // Replaced under the lock of this object, read without it.
    private volatile Map<NotifyFifo, Open> open = Map.of();

    NotifyFifos(ProbePrograms programs, EventLoop timers, MonitorCounters counters, Logger logger) {
        this.programs = programs;
        this.timers = timers;
        this.counters = counters;
        this.logger = logger;
    }

    /** Writes a line into each. */
    void line(String line) {
        open.values().forEach(each -> each.writer.line(line));
    }

    /**
     * Opens those that are not open, and closes the others.
     *
     * @throws HealthMonitorException if one cannot be opened; nothing has changed then
     */
    synchronized void follow(Collection<NotifyFifo> wanted) {
        Map<NotifyFifo, Open> before = open;
        Map<NotifyFifo, Open> after = new LinkedHashMap<>();
        List<Open> opened = new ArrayList<>();
        try {
            for (NotifyFifo fifo : new LinkedHashSet<>(wanted)) {
                Open present = before.get(fifo);
                if (present == null) {
                    present = new Open(fifo, FifoWriter.open(fifo, counters));
                    opened.add(present);
                }
                after.put(fifo, present);
            }
        } catch (IOException e) {
            opened.forEach(Open::close);
            throw new HealthMonitorException(String.valueOf(e.getMessage()), e);
        }
        open = after;
        opened.forEach(Open::startReader);
        before.forEach((fifo, each) -> {
            if (!after.containsKey(fifo)) {
                each.close();
            }
        });
    }

    @Override
    public void close() {
        follow(List.of());
    }

    /** A FIFO that is written, and the program that reads it. */
    private final class Open implements ProgramRun.Listener {
        final FifoWriter writer;
        private final @Nullable Script reader;
        // Guarded by this object.
        private @Nullable ProgramRun running;
        private boolean closed;

        Open(NotifyFifo fifo, FifoWriter writer) {
            this.writer = writer;
            Script program = fifo.reader();
            if (program == null) {
                reader = null;
            } else {
                List<String> command = new ArrayList<>(program.command());
                command.add(fifo.path().toString());
                reader = new Script(command, program.user(), program.group());
            }
        }

        synchronized void startReader() {
            if (reader != null && !closed) {
                counters.scripts.increment();
                running = programs.run(reader, NO_LIMIT, this);
            }
        }

        @Override
        public void ended(End end) {
            again(end.toString());
        }

        @Override
        public void timedOut() {
            again("not finished");
        }

        @Override
        public void missing(String reason) {
            again(reason);
        }

        @Override
        public void notStarted(String reason) {
            again(reason);
        }

        private synchronized void again(String reason) {
            if (closed) {
                return;
            }
            counters.scriptFailures.increment();
            logger.warn("{}: {}; it is started again after {} s", reader, reason, PAUSE_SECONDS);
            try {
                timers.schedule(this::startReader, PAUSE_SECONDS, TimeUnit.SECONDS);
            } catch (RejectedExecutionException e) {
                logger.trace("the event loop has ended", e);
            }
        }

        /** Writes the last lines, and ends the reader. */
        void close() {
            writer.close();
            synchronized (this) {
                closed = true;
                if (running != null) {
                    running.cancel();
                }
            }
        }
    }
}
