package org.lvs4j.grpc;

import io.grpc.ClientStreamTracer;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.Status;
import java.lang.ref.Cleaner;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Connection;

/**
 * Reports the outcome of a call to its connection, and releases that at the end of the stream.
 *
 * <p>gRPC forgets a stream that it has created but not started, if the call was cancelled meanwhile: while it was buffered,
 * while call credentials were being obtained, or in the backoff before a retry. Then the end of the stream is never
 * reported, and the connection of a tracer that is {@linkplain #follow followed} is released when the tracer is collected
 * as garbage.
 *
 * <p>Its methods are called by the threads of the transport and of the application; the fields are racy, at worst a latency or
 * a failure is not reported.
 */
final class CallTracer extends ClientStreamTracer {
    private final Connection connection;
    private final @Nullable Deadline deadline;
    private final long startNanos = System.nanoTime();
    private Cleaner.@Nullable Cleanable cleanable;
    private boolean sent;
    private boolean answered;
    private boolean measured;

    CallTracer(Connection connection, @Nullable Deadline deadline) {
        this.connection = connection;
        this.deadline = deadline;
    }

    void follow() {
        cleanable = Followed.CLEANER.register(this, connection::expire);
    }

    @Override
    public void outboundHeaders() {
        sent = true;
    }

    @Override
    public void inboundHeaders() {
        answered = true;
        measure();
    }

    @Override
    public void inboundTrailers(Metadata trailers) {
        answered = true;
    }

    @Override
    public void streamClosed(Status status) {
        if (isFailure(status)) {
            connection.failed(status.asException());
        } else if (answered) {
            measure();
        }
        connection.expire();
        if (cleanable != null) {
            cleanable.clean();
        }
    }

    private void measure() {
        if (!measured) {
            measured = true;
            connection.latency(Math.max(0, System.nanoTime() - startNanos));
        }
    }

    /**
     * Whether the server, not the application, is to blame: it is unavailable, or has not answered within the deadline. A
     * stream that may be retried ends as cancelled at its deadline.
     */
    private boolean isFailure(Status status) {
        return status.getCode() == Status.Code.UNAVAILABLE
                || !status.isOk() && sent && !answered && deadline != null && deadline.isExpired();
    }

    /** Makes the thread of the cleaner when the first tracer is followed. */
    private static final class Followed {
        static final Cleaner CLEANER = Cleaner.create();

        private Followed() {}
    }
}
