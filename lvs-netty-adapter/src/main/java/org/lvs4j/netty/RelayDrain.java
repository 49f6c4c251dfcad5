package org.lvs4j.netty;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntConsumer;

/**
 * Waits until a relay that has been stopped has no TCP connection left; if its listening sockets have been handed over,
 * until it has no UDP flow left either. The loops close idle connections meanwhile. In the last tenth of the time those
 * that are left are reset, a part at each step, so that their clients do not all come back at one moment.
 */
final class RelayDrain {
    private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long FLOWS_MILLIS = 20;

    private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int PACED_PART = 10;

    private final RelayState state;
    private final RelayLoops loops;

    RelayDrain(RelayState state, RelayLoops loops) {
        this.state = state;
        this.loops = loops;
    }

    /**
     * Waits, and reports the number of connections left about once a second.
     *
     * @param nanos the longest time to wait
     * @return whether all TCP connections have ended, and none of them was reset for the deadline
     */
    boolean await(long nanos, IntConsumer progress) throws InterruptedException {
        long end = System.nanoTime() + nanos;
        long paced = nanos / PACED_PART;
        long cutBefore = state.counters.drainCut.sum();
        long nextProgress = nanos;
        for (long left = nanos; ; left = end - System.nanoTime()) {
            int open = state.counters.openConnections.get();
            if (open != 0 && left <= nextProgress) {
                nextProgress = left - PROGRESS_NANOS;
                long seconds = TimeUnit.NANOSECONDS.toSeconds(Math.max(0, left));
                RelayState.LOGGER.info(
                        "draining: {} connection{} left, {} s to go", open, open == 1 ? "" : "s", seconds);
                progress.accept(open);
            }
            boolean pacing = left <= paced;
            if (pacing && left > 0 && open != 0) {
                loops.cutTo(left / (double) paced);
            }
            long step = pacing ? STEP_NANOS : Math.min(PROGRESS_NANOS, left - paced);
            if (awaitEnd(Math.max(0, Math.min(left, step)))) {
                awaitFlows(end);
                return state.counters.drainCut.sum() == cutBefore;
            }
            if (left <= 0) {
                return false;
            }
        }
    }

    private void awaitFlows(long end) throws InterruptedException {
        while (state.handedOver() && state.counters.openFlows.get() != 0 && end - System.nanoTime() > 0) {
            TimeUnit.MILLISECONDS.sleep(FLOWS_MILLIS);
        }
    }

    private boolean awaitEnd(long nanos) throws InterruptedException {
        try {
            state.ended.get(nanos, TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new AssertionError("never completed with an exception", e);
        }
    }
}
