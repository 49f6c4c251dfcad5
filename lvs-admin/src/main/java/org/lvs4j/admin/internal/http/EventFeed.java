package org.lvs4j.admin.internal.http;

import java.util.List;

/**
 * Events that streams of clients read, each at its own pace: a ring of the last ones, with ascending numbers. A stream that
 * is too slow loses the oldest, and is told how many.
 */
public interface EventFeed {
    /**
     * One event.
     *
     * @param id its number
     * @param type a word
     * @param data one line of JSON
     */
    record Event(long id, String type, String data) {}

    /** The number of the newest event; 0 if there was none. */
    long newest();

    /** The events above a number that are still known, in order, at most {@code limit}. */
    List<Event> after(long id, int limit);

    /** Where a client continues that has seen an event, from its header {@code Last-Event-ID}. */
    long resume(String lastEventId);

    /** The number of an event in a stream of this process. */
    String print(long id);

    /** Calls an action soon after each event, on any thread. */
    AutoCloseable onEvent(Runnable action);
}
