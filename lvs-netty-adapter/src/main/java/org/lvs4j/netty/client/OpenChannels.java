package org.lvs4j.netty.client;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Director;
import org.lvs4j.netty.internal.Recurring;
import org.slf4j.LoggerFactory;

/**
 * The balanced channels of one event loop: of its thread, which alone uses this object.
 *
 * <p>Once a second the channels are swept, and their directors advanced. That is one timer, which is not scheduled again
 * after the last channel is gone. An event loop that ends without a quiet period may leave channels open; what is left
 * when its thread ends is ended here.
 */
final class OpenChannels {
    private static final long SWEEP_MILLIS = 1000;

    private static final FastThreadLocal<OpenChannels> CURRENT = new FastThreadLocal<>() {
        @Override
        protected OpenChannels initialValue() {
            return new OpenChannels();
        }

        @Override
        protected void onRemoval(OpenChannels channels) {
            channels.endAll();
        }
    };

    private final Recurring sweep = Recurring.of(
            this::sweepAll, LoggerFactory.getLogger(BalancedBootstrap.class), "looking for ended connections failed");
    private @Nullable BalancedChannel first;
    private boolean scheduled;

    private OpenChannels() {}

    /** The channels of this thread. */
    static OpenChannels current() {
        return CURRENT.get();
    }

    void add(BalancedChannel channel) {
        channel.next = first;
        if (first != null) {
            first.previous = channel;
        }
        first = channel;
        schedule(channel.channel().eventLoop());
    }

    /** Removes a channel. It still refers to its successor, for a sweep that has come to it. */
    void remove(BalancedChannel channel) {
        if (channel.previous != null) {
            channel.previous.next = channel.next;
        } else if (first == channel) {
            first = channel.next;
        }
        if (channel.next != null) {
            channel.next.previous = channel.previous;
        }
        channel.previous = null;
    }

    private void schedule(EventLoop loop) {
        if (!scheduled) {
            try {
                loop.schedule(() -> sweep(loop), SWEEP_MILLIS, TimeUnit.MILLISECONDS);
                scheduled = true;
            } catch (RejectedExecutionException e) {
                // The loop is ending, and its channels with it.
            }
        }
    }

    private void sweep(EventLoop loop) {
        scheduled = false;
        sweep.run();
        if (first != null) {
            schedule(loop);
        }
    }

    private void sweepAll() {
        Director advanced = null;
        for (BalancedChannel channel = first; channel != null; channel = channel.next) {
            if (channel.director() != advanced) {
                advanced = channel.director();
                advanced.advance();
            }
            channel.sweep();
        }
    }

    private void endAll() {
        while (first != null) {
            first.end();
        }
    }
}
