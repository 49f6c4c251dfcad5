package org.lvs4j.examples.webcluster.visitors;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a crowd of visitors has met. Immutable.
 *
 * @param pages pages that were answered
 * @param failed requests without an answer
 * @param unavailable pages that said that the database does not answer
 * @param wrong answers that were not right, such as a basket without what was put into it
 * @param lost sessions that a server did not know
 * @param moved visitors that came to another server than before
 * @param signIns sign-ins, the first ones included
 * @param resumed TLS handshakes that resumed a session
 * @param full full TLS handshakes
 * @param orders orders that were confirmed
 * @param pagesOf pages by server
 * @param lostFrom lost sessions by the server that had them
 * @param failedAt requests without an answer by the server that the visitor had before
 * @param problems reasons of what failed or was wrong
 */
public record Tally(
        long pages,
        long failed,
        long unavailable,
        long wrong,
        long lost,
        long moved,
        long signIns,
        long resumed,
        long full,
        long orders,
        Map<String, Long> pagesOf,
        Map<String, Long> lostFrom,
        Map<String, Long> failedAt,
        Map<String, Long> problems) {
    public Tally {
        pagesOf = Map.copyOf(pagesOf);
        lostFrom = Map.copyOf(lostFrom);
        failedAt = Map.copyOf(failedAt);
        problems = Map.copyOf(problems);
    }

    /** What came after an earlier tally. */
    public Tally since(Tally before) {
        return new Tally(
                pages - before.pages,
                failed - before.failed,
                unavailable - before.unavailable,
                wrong - before.wrong,
                lost - before.lost,
                moved - before.moved,
                signIns - before.signIns,
                resumed - before.resumed,
                full - before.full,
                orders - before.orders,
                difference(pagesOf, before.pagesOf),
                difference(lostFrom, before.lostFrom),
                difference(failedAt, before.failedAt),
                difference(problems, before.problems));
    }

    private static Map<String, Long> difference(Map<String, Long> now, Map<String, Long> before) {
        Map<String, Long> difference = new TreeMap<>();
        now.forEach((name, count) -> {
            long more = count - before.getOrDefault(name, 0L);
            if (more != 0) {
                difference.put(name, more);
            }
        });
        return difference;
    }

    /** Whether no session was lost but those of some servers. */
    public boolean lostOnlyFrom(Set<String> servers) {
        return servers.containsAll(lostFrom.keySet());
    }

    /**
     * Whether every request was answered but those of visitors of some servers, or of new visitors, who had no server
     * yet.
     */
    public boolean failedOnlyAt(Set<String> servers) {
        return failedAt.keySet().stream()
                .allMatch(server -> servers.contains(server) || server.isEmpty() && !servers.isEmpty());
    }

    /** The pages of a server. */
    public long pagesOf(String server) {
        return pagesOf.getOrDefault(server, 0L);
    }
}
