package org.lvs4j.netty.http;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Connection;
import org.lvs4j.netty.internal.RateLimitedLog;
import org.lvs4j.netty.internal.SocketFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One attempt of a request at one server. The connection of the director ends with the body of the answer.
 *
 * <p>Tells a failure of the server from one of the application's own parts: the body of the request, the handler of the
 * answer, and the subscriber to its body. {@code HttpClient} reports all of them as {@link IOException}. Thread-safe.
 */
final class HttpAttempt<T> implements BodyHandler<T> {
    private static final Logger LOGGER = LoggerFactory.getLogger(BalancedHttpClient.class);
    /** Code of the application may fail at each call. */
    private static final RateLimitedLog FAILURES = new RateLimitedLog(LOGGER);

    /** The words of HttpClient for a proxy that could not reach its server. */
    private static final String TUNNEL_FAILED = "Tunnel failed";
    /** The same for a lack of this host, see {@link Tunnel}. */
    private static final String TUNNEL_NOT_OPENED = TUNNEL_FAILED + ", got: " + Tunnel.NOT_OPENED;

    private final Connection placed;
    private final BodyHandler<T> handler;
    private final BooleanSupplier closed;
    private final long startNanos = System.nanoTime();
    private volatile boolean begun;
    /** Whether a part of the application has failed or wants no more; what follows is no failure of the server. */
    private volatile boolean stopped;
    // Each of the two is written before the other one is read: at least one thread reports a failure.
    private volatile boolean delivered;
    private volatile @Nullable Throwable broken;
    private volatile Flow.@Nullable Subscription subscription;

    /**
     * An attempt that is about to be sent.
     *
     * @param closed whether the client is closed, which ends tunnels
     */
    HttpAttempt(Connection placed, BodyHandler<T> handler, BooleanSupplier closed) {
        this.placed = placed;
        this.handler = handler;
        this.closed = closed;
    }

    /** The request to send, whose body is watched. */
    HttpRequest watched(HttpRequest request) {
        BodyPublisher body = request.bodyPublisher().orElse(null);
        return body == null || body.contentLength() == 0
                ? request
                : HttpRequest.newBuilder(request, (name, value) -> true)
                        .method(request.method(), new WatchedBody(body))
                        .build();
    }

    /** Whether the header of the answer has come. */
    boolean begun() {
        return begun;
    }

    /** The application does not wait for an answer any more. */
    void abandon() {
        stopped = true;
        placed.close();
    }

    /** The application does not take the answer. */
    void discard() {
        abandon();
        Flow.Subscription present = subscription;
        if (present != null) {
            present.cancel();
        }
    }

    /** The application has the answer, and perhaps not all of its body yet. */
    void delivered() {
        delivered = true;
        Throwable cause = broken;
        if (cause != null) {
            report(cause);
        }
    }

    /** Whether a failure of this attempt is one of the server. */
    boolean isOfServer(Throwable cause) {
        return !stopped && (!begun || broken != null) && !closed.getAsBoolean() && isFailureOfServer(cause);
    }

    private static boolean isFailureOfServer(Throwable cause) {
        return cause instanceof IOException
                && !(cause instanceof InterruptedIOException)
                && !message(cause).startsWith(TUNNEL_NOT_OPENED)
                && SocketFailure.of(cause).fault() == SocketFailure.Fault.SERVER;
    }

    /** Whether a failure says that the tunnel to the server was not opened, so that nothing has been sent. */
    static boolean isOfTunnel(Throwable cause) {
        return message(cause).startsWith(TUNNEL_FAILED);
    }

    private static String message(Throwable cause) {
        return String.valueOf(cause.getMessage());
    }

    /** Reports a failure of the server; an exception of a listener changes nothing. */
    void report(Throwable cause) {
        try {
            if (isOfServer(cause)) {
                placed.failed(cause);
            }
        } catch (RuntimeException e) {
            FAILURES.warn("{}: a listener of servers failed: {}", String.valueOf(placed.service()), e);
        }
    }

    @Override
    public BodySubscriber<T> apply(ResponseInfo head) {
        begun = true;
        try {
            placed.latency(System.nanoTime() - startNanos);
        } catch (RuntimeException e) {
            FAILURES.warn("{}: a listener or a scheduler failed: {}", String.valueOf(placed.service()), e);
        }
        try {
            return new CountedBody(handler.apply(head));
        } catch (RuntimeException | Error e) {
            abandon();
            throw e;
        }
    }

    /** The body of the answer. */
    private final class CountedBody implements BodySubscriber<T> {
        private final BodySubscriber<T> body;

        CountedBody(BodySubscriber<T> body) {
            this.body = body;
        }

        @Override
        public CompletionStage<T> getBody() {
            return body.getBody();
        }

        @Override
        public void onSubscribe(Flow.Subscription present) {
            subscription = present;
            guarded(() -> body.onSubscribe(new Flow.Subscription() {
                @Override
                public void request(long count) {
                    present.request(count);
                }

                @Override
                public void cancel() {
                    discard();
                }
            }));
        }

        @Override
        public void onNext(List<ByteBuffer> item) {
            guarded(() -> body.onNext(item));
        }

        @Override
        public void onError(Throwable cause) {
            broken = cause;
            if (delivered) {
                report(cause);
            }
            placed.reset();
            body.onError(cause);
        }

        @Override
        public void onComplete() {
            placed.close();
            body.onComplete();
        }

        private void guarded(Runnable call) {
            try {
                call.run();
            } catch (RuntimeException | Error e) {
                abandon();
                throw e;
            }
        }
    }

    /** The body of the request. */
    private final class WatchedBody implements BodyPublisher {
        private final BodyPublisher body;

        WatchedBody(BodyPublisher body) {
            this.body = body;
        }

        @Override
        public long contentLength() {
            return body.contentLength();
        }

        @Override
        public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
            try {
                body.subscribe(new Flow.Subscriber<>() {
                    @Override
                    public void onSubscribe(Flow.Subscription present) {
                        subscriber.onSubscribe(present);
                    }

                    @Override
                    public void onNext(ByteBuffer item) {
                        subscriber.onNext(item);
                    }

                    @Override
                    public void onError(Throwable cause) {
                        stopped = true;
                        subscriber.onError(cause);
                    }

                    @Override
                    public void onComplete() {
                        subscriber.onComplete();
                    }
                });
            } catch (RuntimeException | Error e) {
                stopped = true;
                throw e;
            }
        }
    }
}
