package org.lvs4j.internal.persistence;

import org.jspecify.annotations.Nullable;

/**
 * The content of a template, but for its service and its server. Immutable.
 *
 * @param clientHigh upper word of the client's network address
 * @param clientLow lower word of the client's network address
 * @param onePort whether it is for the port of the service, rather than for every port of the address
 * @param onePacket whether its service schedules each datagram
 * @param confirmed whether one of its connections was ever established
 * @param timeoutNanos the time from a renewal to expiry, in nanoseconds
 * @param leftNanos the time until it expires, in nanoseconds; not negative
 * @param identity the identity that a persistence engine read, or null
 */
public record SavedTemplate(
        long clientHigh,
        long clientLow,
        boolean onePort,
        boolean onePacket,
        boolean confirmed,
        long timeoutNanos,
        long leftNanos,
        @Nullable String identity) {

    /** The same with less time left. */
    public SavedTemplate withLeft(long nanos) {
        return new SavedTemplate(clientHigh, clientLow, onePort, onePacket, confirmed, timeoutNanos, nanos, identity);
    }
}
