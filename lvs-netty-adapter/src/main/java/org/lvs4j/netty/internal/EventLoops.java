package org.lvs4j.netty.internal;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.EventExecutorGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/** Makes event loops, and asks whether they still run. Each needs a few descriptors, which the process may lack. */
public final class EventLoops {
    private EventLoops() {}

    /**
     * Completes when the timer of each event loop has run a task, soon. It never does while a loop is stuck. A loop that
     * has ended has nothing to do, and is not waited for. Does not block.
     */
    public static CompletionStage<Void> heartbeat(EventExecutorGroup group) {
        List<CompletableFuture<?>> answers = new ArrayList<>();
        for (EventExecutor each : group) {
            CompletableFuture<?> answer = new CompletableFuture<>();
            answers.add(answer);
            try {
                // A loop that ends cancels the task, which notifies, too.
                each.schedule(() -> {}, 1, TimeUnit.MILLISECONDS).addListener(done -> answer.complete(null));
            } catch (RejectedExecutionException e) {
                answer.complete(null);
            }
        }
        return CompletableFuture.allOf(answers.toArray(new CompletableFuture<?>[0]));
    }

    /**
     * Makes event loops, whose threads start with their first task.
     *
     * @param name the prefix of the names of the threads
     * @param daemon whether the threads let the JVM end
     * @throws IllegalStateException with the number of loops and the reason, for an operator
     */
    public static MultiThreadIoEventLoopGroup of(int count, String name, boolean daemon, IoHandlerFactory handlers) {
        try {
            return new MultiThreadIoEventLoopGroup(count, new DefaultThreadFactory(name, daemon), handlers);
        } catch (IllegalStateException e) {
            // Netty tells only that there was a failure; its cause is the system's error.
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IllegalStateException(
                    count + (count == 1 ? " event loop" : " event loops") + " cannot be opened: "
                            + SocketFailure.of(cause).describe(cause),
                    e);
        }
    }
}
