package org.lvs4j.netty.discovery;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.lvs4j.discovery.ServerSource;
import org.lvs4j.netty.internal.EventLoops;

/** Looks up a name again and again. Thread-safe. */
final class DnsSubscription implements ServerSource.Subscription {
    private final DnsOptions options;
    private final ServerSource.Observer observer;
    private final @Nullable EventLoopGroup own;
    private final DnsClient client;
    private final DnsLookup lookup;
    private final SourceThread thread = new SourceThread("lvs-dns");

    /** Used by the thread only. */
    private final Backoff backoff = new Backoff();

    private volatile boolean closed;

    private DnsSubscription(
            DnsOptions options, ServerSource.Observer observer, @Nullable EventLoopGroup own, EventLoopGroup group) {
        this.options = options;
        this.observer = observer;
        this.own = own;
        client = new DnsClient(options, group.next());
        lookup = new DnsLookup(client, options);
    }

    static DnsSubscription start(DnsOptions options, ServerSource.Observer observer) {
        EventLoopGroup given = options.group();
        if (given != null) {
            return started(new DnsSubscription(options, observer, null, given));
        }
        EventLoopGroup own = EventLoops.of(1, "lvs-dns-loop", true, NioIoHandler.newFactory());
        return started(new DnsSubscription(options, observer, own, own));
    }

    private static DnsSubscription started(DnsSubscription subscription) {
        subscription.thread.execute(subscription::lookUp);
        return subscription;
    }

    private void lookUp() {
        lookup.servers().whenComplete((found, failure) -> thread.execute(() -> completed(found, failure)));
    }

    private void completed(DnsLookup.@Nullable Found found, @Nullable Throwable failure) {
        if (closed) {
            return;
        }
        thread.schedule(this::lookUp, delay(found, failure));
    }

    /** Tells the observer, and returns the time to the next look-up. */
    private long delay(DnsLookup.@Nullable Found found, @Nullable Throwable failure) {
        try {
            if (found != null) {
                observer.found(found.servers());
                backoff.succeeded();
                return options.intervalMillis(found.ttl());
            }
            observer.failed(cause(failure));
        } catch (RuntimeException e) {
            // The servers are refused, which the observer knows: they may be taken later.
        }
        return Math.max(options.minInterval().toMillis(), backoff.failed());
    }

    static Throwable cause(@Nullable Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause == null ? new IllegalStateException("no answer") : cause;
    }

    @Override
    public void close() {
        closed = true;
        thread.close();
        client.close();
        if (own != null) {
            own.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        }
    }
}
