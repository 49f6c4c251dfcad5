package org.lvs4j.health;

/**
 * Counts the failed connections to one server and says for how long it is ejected. The length doubles with each ejection
 * up to the longest one, and halves for each time of the last length that has passed since its end.
 */
final class Ejection {
    private static final int MAX_DOUBLINGS = 30;

    private int failures;
    private int doublings;
    private long lastLength;
    private long end;

    /** A connection has failed. Whether that is one too many. */
    boolean failed(PassiveCheck check) {
        return ++failures >= check.failures();
    }

    void opened() {
        failures = 0;
    }

    /** Begins an ejection and returns its end. */
    long begin(PassiveCheck check, long now) {
        failures = 0;
        if (lastLength > 0) {
            long quiet = (now - end) / lastLength;
            doublings = (int) Math.max(0, Math.min(doublings + 1, MAX_DOUBLINGS) - quiet);
        }
        long longest = check.longest().toNanos();
        long length = check.ejection().toNanos();
        for (int i = 0; i < doublings && length < longest; i++) {
            length *= 2;
        }
        lastLength = Math.min(length, longest);
        end = now + lastLength;
        return end;
    }
}
