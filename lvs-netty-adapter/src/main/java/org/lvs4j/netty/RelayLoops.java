package org.lvs4j.netty;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.lvs4j.netty.internal.EventLoops;
import org.lvs4j.netty.internal.LoopLag;
import org.lvs4j.netty.internal.Recurring;

/** The event loops of a relay: their start, their end, and sums over all of them. Thread-safe. */
final class RelayLoops {
    private static final long ADVANCE_MILLIS = 100;
    private static final long QUIET_MILLIS = 20;
    private static final long TERMINATION_MILLIS = 5000;

    private final RelayState state;
    private final EventLoopGroup group;
    private final LoopLag lag;
    /** Whether connections were being drained at the last advance. Used by the loop that advances. */
    private boolean draining;
    /** Guarded by the relay's lock. */
    private boolean ended;

    private RelayLoops(RelayState state, EventLoopGroup group) {
        this.state = state;
        this.group = group;
        lag = new LoopLag(group, RelayState.LOGGER);
    }

    /**
     * Creates the loops, or takes those of the application, and registers the state of each.
     *
     * @param given the loops of the application, or null
     */
    static RelayLoops of(RelayState state, @Nullable EventLoopGroup given) {
        EventLoopGroup group;
        try {
            group = given != null
                    ? new SharedLoops(given)
                    : EventLoops.of(
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

    /** How late the loops run what is due. */
    LoopLag lag() {
        return lag;
    }

    /** An event loop that waits for itself, or for a thread that waits for it, would wait for ever. */
    static void requireNoLoopOf(EventLoopGroup group) {
        for (EventExecutor loop : group) {
            if (loop.inEventLoop()) {
                throw new IllegalStateException("an event loop of the relay may not wait for the relay");
            }
        }
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

    boolean ended() {
        return ended;
    }

    /**
     * Resets every connection, ends every flow, and ends the loops, or gives them back to the application. Waits for all
     * that.
     */
    void end() {
        ended = true;
        List<Future<?>> ending = new ArrayList<>();
        for (EventLoopState loopState : state.loopStates()) {
            try {
                ending.add(loopState.loop.submit(loopState::abortAll));
            } catch (RejectedExecutionException e) {
                // The application has ended the loop. Once its thread is gone, this one may do its work.
                loopState.loop.terminationFuture().awaitUninterruptibly();
                loopState.abortAll();
            }
        }
        ending.forEach(Future::awaitUninterruptibly);
        if (group instanceof SharedLoops shared) {
            shared.end();
        } else {
            // Some transports close a socket a moment after the call of close: the quiet period lets them.
            group.shutdownGracefully(QUIET_MILLIS, TERMINATION_MILLIS, TimeUnit.MILLISECONDS)
                    .awaitUninterruptibly();
        }
        state.log.close();
    }
}
