package org.lvs4j.health;

/**
 * For how long a server is ejected. The length doubles with each ejection
 * up to the longest one, and halves for each time of the last length that has passed since its end.
 */
final class Ejection {
    private static final int MAX_DOUBLINGS = 30;

    private int doublings;
    private long lastLength;
    private long end;

    /** Begins an ejection and returns its end. */
    long begin(PassiveCheck check, long now) {
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
