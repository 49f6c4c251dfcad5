package org.lvs4j;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * What {@link Director#restore} has done. Immutable.
 *
 * @param elapsed the time since the state was saved, which was deducted from what was left of each template and drain;
 *     zero if the clock has gone back
 * @param services services that have their counters again
 * @param servicesMissing services that the director does not have
 * @param servers servers that have their counters again
 * @param serversMissing servers that their service does not have, or whose service is missing
 * @param templates clients that have their server again
 * @param templatesExpired templates whose time is over
 * @param templatesMissing templates of missing servers, or of a service that is not persistent any more, or by another
 *     netmask or engine
 * @param templatesKnown templates of clients that have one on this director already, which stays
 * @param templatesRefused templates beyond the ceiling ({@link Director.Builder#maxTemplates})
 * @param drains drains that go on, or are over and keep the weight zero
 * @param drainsLeftOut drains of missing servers, or whose weight the scheduler has refused
 */
public record StateRestoration(
        Duration elapsed,
        int services,
        int servicesMissing,
        int servers,
        int serversMissing,
        long templates,
        long templatesExpired,
        long templatesMissing,
        long templatesKnown,
        long templatesRefused,
        int drains,
        int drainsLeftOut) {
    /** Checks that nothing is missing. */
    public StateRestoration {
        requireNonNull(elapsed, "elapsed");
    }
}
