package org.lvs4j.health;

/**
 * The loop of {@link HttpCheck}, which asks for one page per probe, in turn.
 *
 * <p>While up, a failed page is repeated as often as the schedule says; then the check is down. While down, only the page
 * that has failed is asked for, without repetitions. When it has passed, all pages are asked for from the first one on,
 * and the check is up when all have passed in a row. A page that fails on the way takes the place of the failed one.
 * If the schedule has repetitions and all pages have passed before, keepalived 2.2 repeats it until it passes instead,
 * after {@code retryInterval} each time, and goes on with the next one.
 *
 * <p>Until all pages have passed once, a failure is final: each page that passes leaves the count of failures at its
 * limit. {@link HttpCheck#fastRecovery} leaves out the pauses between pages until then, and on the way up.
 */
final class PageLoop extends ProbeLoop {
    private static final int NONE = -1;

    private final int pages;
    private final boolean fastRecovery;
    private final boolean likeKeepalived22;
    private int page;
    private int failedPage = NONE;
    private boolean passedAll;
    /** Whether it is on the way up: the failed page has passed. */
    private boolean climbing;

    PageLoop(HttpCheck check, boolean atStart, boolean likeKeepalived22) {
        super(check.schedule(), atStart);
        pages = check.pages().size();
        fastRecovery = check.fastRecovery();
        this.likeKeepalived22 = likeKeepalived22;
        failures = atStart ? schedule.retries() : 0;
    }

    @Override
    int page() {
        return failedPage == NONE ? page : failedPage;
    }

    @Override
    Verdict passed() {
        if (failedPage != NONE) {
            failedPage = NONE;
            climbing = true;
            page = 0;
            failures = passedAll ? 0 : schedule.retries();
            pauseFor(fastRecovery ? 0 : intervalNanos());
            return Verdict.UNCHANGED;
        }
        page++;
        if (page == pages) {
            page = 0;
            passedAll = true;
            climbing = false;
            failures = 0;
            pauseFor(intervalNanos());
            return roundPassed();
        }
        failures = passedAll ? 0 : schedule.retries();
        pauseFor(fastRecovery && (!passedAll || !isUp()) ? 0 : intervalNanos());
        return Verdict.UNCHANGED;
    }

    @Override
    Verdict failed() {
        boolean repeats = isUp() || climbing && likeKeepalived22;
        if (repeats && failures < schedule.retries()) {
            failures += isUp() ? 1 : 0;
            pauseFor(retryIntervalNanos());
            return Verdict.UNCHANGED;
        }
        failures = 0;
        Verdict verdict = roundFailed();
        if (isUp()) {
            pauseFor(intervalNanos());
        } else {
            climbing = false;
            failedPage = page();
            pauseFor(Math.max(retryIntervalNanos(), intervalNanos()));
        }
        return verdict;
    }

    @Override
    void goOn(ProbeLoop old) {
        super.goOn(old);
        PageLoop that = (PageLoop) old;
        climbing = that.climbing;
        failedPage = that.failedPage;
        page = that.page;
    }

    @Override
    void adopt(ProbeLoop old) {
        super.adopt(old);
        PageLoop that = (PageLoop) old;
        passedAll = that.passedAll;
        climbing = that.climbing || (likeKeepalived22 && that.failedPage != NONE);
        failedPage = likeKeepalived22 ? NONE : that.failedPage;
    }
}
