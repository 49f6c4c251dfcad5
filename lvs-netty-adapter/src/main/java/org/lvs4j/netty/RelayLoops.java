package org.lvs4j.netty;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.lvs4j.netty.internal.EventLoops;
import org.lvs4j.netty.internal.Recurring;

/** The event loops of a relay: their start, their end, and sums over all of them. Thread-safe. */
final class RelayLoops {
    private static final long ADVANCE_MILLIS = 100;
    private static final long QUIET_MILLIS = 20;
    private static final long TERMINATION_MILLIS = 5000;

    private final RelayState state;
    private final MultiThreadIoEventLoopGroup group;
    /** Whether connections were being drained at the last advance. Used by the loop that advances. */
    private boolean draining;

    private RelayLoops(RelayState state, MultiThreadIoEventLoopGroup group) {
        this.state = state;
        this.group = group;
    }

    /** Creates the loops and registers the state of each. */
    static RelayLoops of(RelayState state) {
        MultiThreadIoEventLoopGroup group;
        try {
            group = EventLoops.of(
                    state.options.threads(),
                    "lvs-relay",
                    false,
                    state.options.transport().ioHandlerFactory());
        } catch (IllegalStateException e) {
            throw new RelayException(String.valueOf(e.getMessage()), e);
        }
        for (EventExecutor loop : group) {
            state.add(new EventLoopState((EventLoop) loop, state));
        }
        return new RelayLoops(state, group);
    }

    EventLoopGroup group() {
        return group;
    }

    /**
     * Starts the periodic work.
     *
     * @param wakeFollower lets another thread do what a loop must not wait for
     */
    void start(Runnable wakeFollower) {
        state.loopStates().forEach(EventLoopState::start);
        Recurring advance =
                Recurring.of(() -> advance(wakeFollower), RelayState.LOGGER, "the director failed to advance");
        group.next().scheduleWithFixedDelay(advance, ADVANCE_MILLIS, ADVANCE_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void advance(Runnable wakeFollower) {
        state.log.summarize();
        if (state.descriptors.recountDue()) {
            wakeFollower.run();
        }
        state.descriptors.resume();
        state.director.advance();
        boolean now = state.director.isDraining() || state.stopping();
        if (now || draining) {
            // Once more after the end of a drain: the director may just have ended the last connections.
            onEach(EventLoopState::drain);
        }
        draining = now;
    }

    /**
     * Resets connections so that a part of those that there were at the first call is left.
     *
     * @param part 0 to 1
     */
    void cutTo(double part) {
        onEach(loopState -> loopState.cutTo(part));
    }

    private void onEach(Consumer<EventLoopState> task) {
        for (EventLoopState loopState : state.loopStates()) {
            if (!loopState.loop.isShuttingDown()) {
                loopState.loop.execute(() -> task.accept(loopState));
            }
        }
    }

    /** The sum of a quantity of each loop, which the loop itself determines. Waits for the loops. */
    long sum(ToLongFunction<EventLoopState> quantity) {
        long sum = 0;
        for (EventLoopState loopState : state.loopStates()) {
            EventLoop loop = loopState.loop;
            sum += loop.isTerminated()
                    ? quantity.applyAsLong(loopState)
                    : loop.submit(() -> quantity.applyAsLong(loopState))
                            .syncUninterruptibly()
                            .getNow();
        }
        return sum;
    }

    boolean isShuttingDown() {
        return group.isShuttingDown();
    }

    /** Resets every connection, ends every flow, and ends the loops. Waits for all that. */
    void shutDown() {
        List<Future<?>> ending = new ArrayList<>();
        for (EventLoopState loopState : state.loopStates()) {
            ending.add(loopState.loop.submit(loopState::abortAll));
        }
        ending.forEach(Future::awaitUninterruptibly);
        // Some transports close a socket a moment after the call of close: the quiet period lets them.
        group.shutdownGracefully(QUIET_MILLIS, TERMINATION_MILLIS, TimeUnit.MILLISECONDS)
                .awaitUninterruptibly();
        state.log.close();
    }
}
