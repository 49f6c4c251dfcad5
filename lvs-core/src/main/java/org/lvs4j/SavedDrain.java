package org.lvs4j;

/**
 * The content of a drain, but for its server. Immutable.
 *
 * @param pacingNanos the last part of its time, over which connections are ended; not negative
 * @param leftNanos the time until its deadline; not negative, 0 if it is over
 * @param ended connections that it has ended
 */
record SavedDrain(long pacingNanos, long leftNanos, long ended) {}
