package org.lvs4j.admin.internal.http;

import java.time.Duration;

/**
 * What one endpoint takes.
 *
 * @param connections open at a time; for a further one, the one that has been idle for the longest time is closed, or
 *     one whose request has been coming for more than a second
 * @param eventStreams open at a time
 * @param requestsPerSecond of all connections together, in the middle of ten seconds; what exceeds it waits
 * @param bodyBytes of a request
 * @param answerBytes of all large answers on their way: they are memory that the planes of this process use, too
 * @param requestTime from the first byte of a request to its last
 * @param idleTime between requests
 * @param writeTime until a client has taken a response
 */
public record HttpLimits(
        int connections,
        int eventStreams,
        int requestsPerSecond,
        int bodyBytes,
        long answerBytes,
        Duration requestTime,
        Duration idleTime,
        Duration writeTime) {
    /** The defaults. */
    public static final HttpLimits DEFAULT = new HttpLimits(
            64,
            16,
            20,
            256 * 1024,
            32 * 1024 * 1024,
            Duration.ofSeconds(10),
            Duration.ofSeconds(60),
            Duration.ofSeconds(30));

    static final int LINE_BYTES = 4096;
    static final int HEADER_BYTES = 16 * 1024;
    static final int CHUNK_BYTES = 8192;

    /** The same limits with another rate. */
    public HttpLimits withRequestsPerSecond(int rate) {
        return new HttpLimits(
                connections, eventStreams, rate, bodyBytes, answerBytes, requestTime, idleTime, writeTime);
    }

    /** The same limits with room for other answers. */
    public HttpLimits withAnswerBytes(long bytes) {
        return new HttpLimits(
                connections, eventStreams, requestsPerSecond, bodyBytes, bytes, requestTime, idleTime, writeTime);
    }

    /** The same limits with other times. */
    public HttpLimits withTimes(Duration request, Duration idle, Duration write) {
        return new HttpLimits(
                connections, eventStreams, requestsPerSecond, bodyBytes, answerBytes, request, idle, write);
    }
}
