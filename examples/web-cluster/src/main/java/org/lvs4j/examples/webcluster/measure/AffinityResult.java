package org.lvs4j.examples.webcluster.measure;

import java.util.Locale;
import org.lvs4j.examples.webcluster.visitors.Tally;

/**
 * What a case of affinity has shown.
 *
 * @param visitors how many visitors came
 * @param busiest the share of pages of the busiest server, 0 to 1
 * @param fair the share of each server if all got the same
 */
record AffinityResult(AffinityCase affinity, int visitors, Tally met, double busiest, double fair) {
    /** The busiest server may have so many times its share, and the load still counts as balanced. */
    private static final double BALANCED = 1.6;

    static AffinityResult of(AffinityCase affinity, int visitors, Tally met, int servers) {
        long most =
                met.pagesOf().values().stream().mapToLong(Long::longValue).max().orElse(0);
        return new AffinityResult(affinity, visitors, met, (double) most / Math.max(1, met.pages()), 1.0 / servers);
    }

    boolean asExpected() {
        boolean balanced = busiest <= fair * BALANCED;
        return met.pages() > 0
                && met.failed() == 0
                && met.wrong() == 0
                && affinity.keepsSessions() == (met.lost() == 0)
                && affinity.balances() == balanced;
    }

    /** A row of the table. */
    String row() {
        return String.format(
                Locale.ROOT,
                "  %-18s %-30s %-9s %8d %8d %8d   %5.0f %%  %4.1f x",
                affinity.clients(),
                affinity.policy(),
                affinity.databaseSessions() ? "database" : "memory",
                visitors,
                met.pages(),
                met.lost(),
                100 * busiest,
                busiest / fair);
    }

    static String header() {
        return String.format(
                "  %-18s %-30s %-9s %8s %8s %8s   %-7s  %s",
                "visitors have", "director", "sessions", "visitors", "pages", "broken", "busiest", "fair share");
    }
}
