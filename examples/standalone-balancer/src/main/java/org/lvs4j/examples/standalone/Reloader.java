package org.lvs4j.examples.standalone;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import org.lvs4j.netty.RelayException;
import org.lvs4j.netty.health.HealthMonitorException;
import org.lvs4j.netty.tun.TunException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the configuration file again and applies it. A signal asks for that on a thread of its own, so that a file that
 * blocks delays nothing else; requests during a reload become one further reload. {@code lvsadm reload} waits for its
 * reload. No error ends the daemon. Thread-safe.
 */
final class Reloader {
    private static final String SIGNAL = "SIGHUP";
    static final String COMMAND = "lvsadm reload";
    private static final int MAX_SHOWN_CHANGES = 1000;
    private static final Logger LOG = LoggerFactory.getLogger(Reloader.class);

    /** What the reloader does. */
    private enum State {
        IDLE,
        RUNNING,
        /** Running, and requested again. */
        REQUESTED
    }

    private final ConfigurationFile file;
    private final Balancer balancer;
    private final ServiceManager manager;
    private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);

    private final LongAdder applied = new LongAdder();
    private final LongAdder unchanged = new LongAdder();
    private final LongAdder refused = new LongAdder();

    // Written by the thread of the reload and read by others, for meters.
    private volatile long lastMillis = System.currentTimeMillis();

    // As above, for the operator.
    private volatile Outcome lastOutcome = Outcome.IN_USE;

    // Written by the thread of the reload and read by others, for a message.
    private volatile String activity = "";
    private volatile long startNanos;

    /**
     * A reloader.
     *
     * @param manager is told of the begin and the end of each reload
     */
    Reloader(ConfigurationFile file, Balancer balancer, ServiceManager manager) {
        this.file = file;
        this.balancer = balancer;
        this.manager = manager;
    }

    /** What came of a reload. */
    enum Outcome {
        /** The configuration of the file is in use. */
        IN_USE,
        /** It is not: nothing has changed. */
        REFUSED
    }

    /** What came of the last reload, or of the start. */
    Outcome lastOutcome() {
        return lastOutcome;
    }

    /**
     * How reloads have ended so far.
     *
     * @param applied those that have changed something
     * @param unchanged those of a configuration that was in use already
     * @param refused those whose configuration is not in use
     * @param lastMillis when the configuration in use was read last, in milliseconds since 1970; the start counts
     */
    record Counts(long applied, long unchanged, long refused, long lastMillis) {}

    Counts counts() {
        return new Counts(applied.sum(), unchanged.sum(), refused.sum(), lastMillis);
    }

    /** Starts a reload, or tells why it has to wait. Does not block. */
    void request() {
        State before = state.getAndUpdate(now -> now == State.IDLE ? State.RUNNING : State.REQUESTED);
        if (before == State.IDLE) {
            runInBackground();
        } else {
            LOG.warn("SIGHUP: {}; the file is read once more after it", underWay());
        }
    }

    /**
     * Reloads, on the calling thread. Returns at once, with an error, if a reload is under way.
     *
     * @param cause for the log
     * @return a summary in the first line, and a change in each further one
     */
    Answer reload(String cause) {
        if (!state.compareAndSet(State.IDLE, State.RUNNING)) {
            return Answer.error(Answer.FAILURE, underWay() + "; repeat the command");
        }
        try {
            return once(cause);
        } finally {
            if (!state.compareAndSet(State.RUNNING, State.IDLE)) {
                state.set(State.RUNNING);
                runInBackground();
            }
        }
    }

    private String underWay() {
        return "the reload before it has been " + activity + " " + file.name() + " for "
                + TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startNanos) + " s";
    }

    private void runInBackground() {
        begin();
        try {
            Thread thread = new Thread(this::run, "lvsd-reload");
            thread.setDaemon(true);
            thread.start();
        } catch (OutOfMemoryError e) {
            state.set(State.IDLE);
            LOG.error("SIGHUP: nothing has been changed: {}", Reason.of(e));
        }
    }

    private void begin() {
        startNanos = System.nanoTime();
        activity = "reading";
    }

    private void run() {
        do {
            try {
                once(SIGNAL);
            } catch (OutOfMemoryError e) {
                // There is no memory for a line about it either. The thread must still take up the next request.
                activity = "";
            }
            // Either nothing was requested meanwhile, or the request is taken up.
        } while (!state.compareAndSet(State.RUNNING, State.IDLE)
                && state.compareAndSet(State.REQUESTED, State.RUNNING));
    }

    private Answer once(String cause) {
        boolean done = false;
        manager.reloading();
        try {
            Answer answer = attempt(cause);
            done = answer.exitCode() == Answer.OK;
            return answer;
        } finally {
            lastOutcome = done ? Outcome.IN_USE : Outcome.REFUSED;
            if (!done) {
                refused.increment();
            }
            manager.reloaded(() -> DaemonStatus.of(balancer, lastOutcome));
        }
    }

    private Answer attempt(String cause) {
        begin();
        if (file.isStandardInput()) {
            String reason = "standard input cannot be read again; use lvsadm --replace";
            LOG.warn("{}: {}", cause, reason);
            return Answer.error(Answer.FAILURE, reason);
        }
        try {
            Configuration configuration = file.readAgain();
            long readNanos = System.nanoTime() - startNanos;
            activity = "applying";
            List<String> changes = balancer.reload(configuration);
            lastMillis = System.currentTimeMillis();
            (changes.isEmpty() ? unchanged : applied).increment();
            if (configuration instanceof Configuration.OfKeepalived keepalived) {
                KeepalivedPicture.warn(keepalived.file(), line -> LOG.warn("{}", line));
            }
            String summary = file.name() + " read again in " + millis(readNanos) + ", applied in "
                    + millis(System.nanoTime() - startNanos - readNanos) + ", "
                    + (changes.isEmpty() ? "nothing has changed" : "changes:");
            LOG.info("{}: {}", cause, summary);
            List<String> shown = shown(changes);
            shown.forEach(line -> LOG.info("  {}", line));
            return Answer.ok(
                    shown.stream().map(line -> "  " + line + "\n").collect(Collectors.joining("", summary + "\n", "")));
        } catch (RulesInvalidException e) {
            return unchanged(cause, Answer.CONFIGURATION, String.valueOf(e.getMessage()));
        } catch (RelayException | TunException | HealthMonitorException e) {
            return unchanged(cause, Console.REFUSED, String.valueOf(e.getMessage()));
        } catch (IllegalStateException e) {
            LOG.warn("{}: nothing has been changed: lvsd is stopping", cause);
            return Answer.error(Answer.FAILURE, "lvsd is stopping: " + e.getMessage());
        } catch (OutOfMemoryError | StackOverflowError e) {
            LOG.error("{}: {} {} has failed: {}", cause, activity, file.name(), Reason.of(e));
            return Answer.error(Answer.FAILURE, activity + " " + file.name() + " has failed: " + Reason.of(e));
        } catch (RuntimeException e) {
            LOG.error("{}: {} {} has failed unexpectedly", cause, activity, file.name(), e);
            return Answer.error(Answer.FAILURE, activity + " " + file.name() + " has failed: " + Reason.of(e));
        }
    }

    private static Answer unchanged(String cause, int exitCode, String reasons) {
        LOG.error("{}: nothing has been changed:", cause);
        reasons.lines().forEach(line -> LOG.error("  {}", line));
        return Answer.error(exitCode, reasons + "\nnothing has been changed");
    }

    private static List<String> shown(List<String> changes) {
        if (changes.size() <= MAX_SHOWN_CHANGES) {
            return changes;
        }
        List<String> shown = new ArrayList<>(changes.subList(0, MAX_SHOWN_CHANGES));
        shown.add("and " + (changes.size() - MAX_SHOWN_CHANGES) + " more");
        return shown;
    }

    private static String millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos) + " ms";
    }
}
