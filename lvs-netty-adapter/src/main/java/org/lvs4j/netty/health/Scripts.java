package org.lvs4j.netty.health;

import static java.util.Objects.requireNonNull;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.lvs4j.health.Script;
import org.lvs4j.netty.health.ProcessGroup.End;

/** Runs programs as a {@link HealthMonitor} does, for use before it starts and after it has ended. */
public final class Scripts {
    private Scripts() {}

    /**
     * Runs a program in the root directory, with an empty input and its output discarded, as its user and in a process
     * group of its own, and waits for its end.
     *
     * @param limit how long it may run; after that it gets TERM, and two seconds later KILL
     * @return why it has failed, or null if it has ended with exit status 0
     * @throws InterruptedException if the calling thread is interrupted; the program is killed then
     */
    public static @Nullable String run(Script script, Duration limit) throws InterruptedException {
        requireNonNull(script, "script");
        requireNonNull(limit, "limit");
        String problem = ProcessGroup.missing(script);
        if (problem == null) {
            problem = ProcessGroup.problem(script);
        }
        if (problem != null) {
            return problem;
        }
        ProcessGroup group;
        try {
            group = ProcessGroup.start(script);
        } catch (IOException e) {
            return "a process cannot be started: " + e.getMessage();
        }
        End[] end = new End[1];
        Thread waiting = new DefaultThreadFactory("lvs-script", true).newThread(() -> {
            try {
                end[0] = group.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        waiting.start();
        try {
            TimeUnit.NANOSECONDS.timedJoin(waiting, Math.max(1, limit.toNanos()));
            if (!waiting.isAlive()) {
                return end[0] == null || end[0].signalled() || end[0].status() != 0 ? String.valueOf(end[0]) : null;
            }
            group.signal(false);
            TimeUnit.NANOSECONDS.timedJoin(waiting, ProgramRun.GRACE_NANOS);
        } finally {
            if (waiting.isAlive()) {
                group.signal(true);
                waiting.interrupt();
            }
        }
        return "not finished after " + ProbePrograms.seconds(limit);
    }
}
