package org.lvs4j.health;

import static java.util.Objects.requireNonNull;

/**
 * The outcome of one probe. Immutable.
 *
 * @param passed whether the server answered as it should
 * @param reason why not, or what it answered, in a few plain words for a log
 * @param exitStatus of a program that has exited, 0..255; 0 for every other probe. See {@link MiscCheck#exited}
 */
public record ProbeResult(boolean passed, String reason, int exitStatus) {
    public ProbeResult {
        requireNonNull(reason, "reason");
    }

    /** A probe that passed. */
    public static ProbeResult passed(String reason) {
        return new ProbeResult(true, reason, 0);
    }

    /** A probe that failed. */
    public static ProbeResult failed(String reason) {
        return new ProbeResult(false, reason, 0);
    }
}
