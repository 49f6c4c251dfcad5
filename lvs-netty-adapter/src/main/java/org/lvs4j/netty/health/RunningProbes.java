package org.lvs4j.netty.health;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.lvs4j.health.MiscCheck;
import org.lvs4j.health.NetworkCheck;
import org.lvs4j.health.Probe;
import org.lvs4j.health.ProbeResult;
import org.lvs4j.netty.internal.RateLimitedLog;

/**
 * The probes of a monitor: those under way, those that wait because there are too many, and those that this host could
 * not make and that are made again after a second. Sockets and programs have a ceiling each.
 *
 * <p>Belongs to the monitor's event loop: all fields are plain. Sockets are spread over all loops.
 */
final class RunningProbes {
    private static final long AGAIN_MILLIS = 1000;

    /** Receives results, on the monitor's event loop, after the call that started the probe has returned. */
    @FunctionalInterface
    interface Results {
        void finished(long probe, ProbeResult result);
    }

    private final EventLoop home;
    private final List<EventLoop> loops;
    private final ProbeSockets sockets;
    private final ProbePrograms programs;
    private final MonitorCounters counters;
    private final RateLimitedLog log;
    private final Results results;
    private final Gate socketGate;
    private final Gate programGate;
    private final Map<Long, Running> running = new HashMap<>();
    private final Map<Long, ScheduledFuture<?>> again = new HashMap<>();
    /** The ends that could not be handled, most recent first. Pushed by any thread. */
    private final AtomicReference<@Nullable Running> lost = new AtomicReference<>();

    private int nextLoop;

    /** A ceiling, and those that wait for their turn. */
    private static final class Gate {
        final int most;
        final Map<Long, Probe> waiting = new LinkedHashMap<>();
        int open;

        Gate(int most) {
            this.most = most;
        }
    }

    RunningProbes(
            List<EventLoop> loops,
            ProbeSockets sockets,
            ProbePrograms programs,
            int maxProbes,
            int maxPrograms,
            MonitorCounters counters,
            RateLimitedLog log,
            Results results) {
        home = loops.get(0);
        this.loops = loops;
        this.sockets = sockets;
        this.programs = programs;
        socketGate = new Gate(maxProbes);
        programGate = new Gate(maxPrograms);
        this.counters = counters;
        this.log = log;
        this.results = results;
    }

    private Gate gate(Probe probe) {
        return probe.check() instanceof MiscCheck ? programGate : socketGate;
    }

    /** Starts a probe, or has it wait for its turn. */
    void start(Probe probe) {
        Gate gate = gate(probe);
        if (gate.open < gate.most) {
            launch(probe, gate);
        } else {
            counters.delayed.increment();
            gate.waiting.put(probe.id(), probe);
            tellWaiting();
        }
    }

    /** Starts a probe, or leaves no trace of it if there is no memory. */
    private void launch(Probe probe, Gate gate) {
        Running one = new Running(probe, gate);
        boolean done = false;
        gate.open++;
        try {
            running.put(probe.id(), one);
            one.execution = execute(probe, one);
            done = true;
        } finally {
            if (!done) {
                running.remove(probe.id(), one);
                gate.open--;
            }
        }
        counters.probes.increment();
    }

    private Execution execute(Probe probe, Running one) {
        if (probe.check() instanceof NetworkCheck check) {
            nextLoop = nextLoop + 1 < loops.size() ? nextLoop + 1 : 0;
            return sockets.start(loops.get(nextLoop), check, probe.page(), one);
        } else if (probe.check() instanceof MiscCheck check) {
            return programs.start(check, one);
        }
        throw new IllegalArgumentException(probe.check().kind() + " is not probed");
    }

    /** Ends a probe without a result. */
    void cancel(long id) {
        Running one = running.remove(id);
        if (one != null) {
            counters.cancelled.increment();
            Execution execution = one.execution;
            if (execution != null) {
                execution.cancel();
            }
            left(one.gate);
            return;
        }
        ScheduledFuture<?> timer = again.remove(id);
        if (timer != null) {
            timer.cancel(false);
        }
        socketGate.waiting.remove(id);
        programGate.waiting.remove(id);
        tellWaiting();
    }

    int runningCount() {
        return running.size();
    }

    int waitingCount() {
        return socketGate.waiting.size() + programGate.waiting.size() + again.size();
    }

    private void tellWaiting() {
        counters.waiting(waitingCount());
    }

    private void left(Gate gate) {
        gate.open--;
        admit(gate);
    }

    private void admit(Gate gate) {
        while (gate.open < gate.most && !gate.waiting.isEmpty()) {
            Probe next = gate.waiting.values().iterator().next();
            launch(next, gate);
            gate.waiting.remove(next.id());
        }
        tellWaiting();
    }

    /** Continues what a lack of memory has cut off. */
    void resume() {
        for (Running each = lost.getAndSet(null); each != null; ) {
            Running next = each.nextLost;
            each.nextLost = null;
            each.run();
            each = next;
        }
        admit(socketGate);
        admit(programGate);
    }

    private void finished(Running one, ProbeResult result) {
        if (running.remove(one.probe.id(), one)) {
            try {
                (result.passed() ? counters.passed : counters.failed).increment();
                counters.times.record(one.probe.check(), result.passed(), one.nanos);
                results.finished(one.probe.id(), result);
            } finally {
                left(one.gate);
            }
        }
    }

    private void notMade(Running one, String reason) {
        if (running.get(one.probe.id()) == one) {
            again.put(one.probe.id(), home.schedule(() -> makeAgain(one.probe), AGAIN_MILLIS, TimeUnit.MILLISECONDS));
            running.remove(one.probe.id());
            try {
                counters.notMade.increment();
                log.warn(
                        "{}: a probe cannot be made: {}",
                        one.probe.check().kind() + " of " + one.probe.server().endpoint(),
                        reason);
            } finally {
                left(one.gate);
            }
        }
    }

    private void makeAgain(Probe probe) {
        if (again.containsKey(probe.id())) {
            gate(probe).waiting.put(probe.id(), probe);
            again.remove(probe.id());
            admit(gate(probe));
        }
    }

    /**
     * A probe under way. Its end is reported once on any thread, and handled on the monitor's event loop. That needs no
     * memory but a place in the loop's queue; without one it is handled by {@link #resume}.
     */
    private final class Running implements ProbeOutcome, Runnable {
        final Probe probe;
        final Gate gate;
        // Written before the end reaches the loop's queue or the stack of lost ends, which order them.
        private @Nullable ProbeResult result;
        private String reason = "";
        private @Nullable Running nextLost;
        private final long startNanos = System.nanoTime();
        private long nanos;

        @Nullable
        Execution execution;

        Running(Probe probe, Gate gate) {
            this.probe = probe;
            this.gate = gate;
        }

        @Override
        public void finished(ProbeResult value) {
            result = value;
            nanos = System.nanoTime() - startNanos;
            end();
        }

        @Override
        public void notMade(String why) {
            reason = why;
            end();
        }

        private void end() {
            try {
                home.execute(this);
            } catch (RejectedExecutionException e) {
                // The monitor's loop has ended, and the monitor with it.
            } catch (OutOfMemoryError e) {
                lose();
            }
        }

        private void lose() {
            do {
                nextLost = lost.get();
            } while (!lost.compareAndSet(nextLost, this));
        }

        @Override
        public void run() {
            ProbeResult value = result;
            if (value != null) {
                RunningProbes.this.finished(this, value);
                return;
            }
            try {
                RunningProbes.this.notMade(this, reason);
            } catch (OutOfMemoryError e) {
                if (running.get(probe.id()) == this) {
                    lose();
                }
            }
        }
    }
}
