package org.lvs4j.health;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The conversation of one probe after its connection is open, as a function of what the server sends. The holder of the
 * connection calls its methods one after the other, sends what they return, and closes the connection when there is a
 * result. It waits for each event for at most {@link ProbeTarget#timeout}, which starts again with each event that is not
 * ignored. A connection that cannot be opened or is reset, and a datagram whose port or host is reported unreachable,
 * fail the probe without the dialogue. Not thread-safe.
 */
public interface Dialogue {
    /**
     * What to do next.
     *
     * @param send bytes for the server; null for none
     * @param result the outcome, after which nothing more happens; null to wait for the next event
     * @param counted whether the event was part of the conversation, so that the time of a step starts again; false if
     *     it is ignored, and the time goes on
     */
    record Step(@Nullable ByteBuffer send, @Nullable ProbeResult result, boolean counted) {
        /** Wait for the next event, with the full time of a step. */
        public static final Step WAIT = new Step(null, null, true);

        /** Wait as if the event had not happened. */
        public static final Step IGNORE = new Step(null, null, false);

        /** Sends bytes, then waits. */
        public static Step send(ByteBuffer bytes) {
            return new Step(requireNonNull(bytes, "bytes"), null, true);
        }

        /** The probe is over. */
        public static Step done(ProbeResult result) {
            return new Step(null, requireNonNull(result, "result"), true);
        }

        static Step passed(String reason) {
            return done(ProbeResult.passed(reason));
        }

        static Step failed(String reason) {
            return done(ProbeResult.failed(reason));
        }
    }

    /** The connection is open: TCP after its handshakes, that of TLS included; UDP at once. */
    Step opened();

    /** Bytes of the stream, or one datagram, have arrived. The buffer is read to its end and not kept. */
    Step received(ByteBuffer data);

    /**
     * A header or the trailer of the answer to a {@link GrpcCheck} has arrived. Every other conversation ignores it.
     *
     * @param fields the first value of a field by its name in lower case, such as {@code :status}; null if there is none
     * @param last whether the stream ends with it. A stream that ends otherwise has an empty one
     */
    default Step fields(Function<String, @Nullable String> fields, boolean last) {
        requireNonNull(fields, "fields");
        return Step.IGNORE;
    }

    /** The server has ended the stream. */
    Step closed();

    /** Nothing has happened for the time of a step. */
    Step timedOut();
}
