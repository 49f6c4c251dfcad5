package org.lvs4j.netty.health;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
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
        }
    }

    private void launch(Probe probe, Gate gate) {
        gate.open++;
        counters.probes.increment();
        Running one = new Running(probe, gate);
        running.put(probe.id(), one);
        Execution execution;
        if (probe.check() instanceof NetworkCheck check) {
            nextLoop = nextLoop + 1 < loops.size() ? nextLoop + 1 : 0;
            execution = sockets.start(loops.get(nextLoop), check, probe.page(), one);
        } else if (probe.check() instanceof MiscCheck check) {
            execution = programs.start(check, one);
        } else {
            throw new IllegalArgumentException(probe.check().kind() + " is not probed");
        }
        one.execution = execution;
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
    }

    int runningCount() {
        return running.size();
    }

    int waitingCount() {
        return socketGate.waiting.size() + programGate.waiting.size() + again.size();
    }

    private void left(Gate gate) {
        gate.open--;
        if (!gate.waiting.isEmpty()) {
            Probe next = gate.waiting.values().iterator().next();
            gate.waiting.remove(next.id());
            launch(next, gate);
        }
    }

    private void finished(Running one, ProbeResult result) {
        if (running.remove(one.probe.id(), one)) {
            (result.passed() ? counters.passed : counters.failed).increment();
            results.finished(one.probe.id(), result);
            left(one.gate);
        }
    }

    private void notMade(Running one, String reason) {
        if (running.remove(one.probe.id(), one)) {
            counters.notMade.increment();
            log.warn(
                    "{}: a probe cannot be made: {}",
                    one.probe.check().kind() + " of " + one.probe.server().endpoint(),
                    reason);
            again.put(one.probe.id(), home.schedule(() -> makeAgain(one.probe), AGAIN_MILLIS, TimeUnit.MILLISECONDS));
            left(one.gate);
        }
    }

    private void makeAgain(Probe probe) {
        if (again.remove(probe.id()) != null) {
            start(probe);
        }
    }

    /** A probe under way. Its end is reported on any thread, and handled on the monitor's event loop. */
    private final class Running implements ProbeOutcome {
        final Probe probe;
        final Gate gate;

        @Nullable
        Execution execution;

        Running(Probe probe, Gate gate) {
            this.probe = probe;
            this.gate = gate;
        }

        @Override
        public void finished(ProbeResult result) {
            onHome(() -> RunningProbes.this.finished(this, result));
        }

        @Override
        public void notMade(String reason) {
            onHome(() -> RunningProbes.this.notMade(this, reason));
        }

        private void onHome(Runnable task) {
            try {
                home.execute(task);
            } catch (RejectedExecutionException e) {
                // The monitor's loop has ended, and the monitor with it.
            }
        }
    }
}
