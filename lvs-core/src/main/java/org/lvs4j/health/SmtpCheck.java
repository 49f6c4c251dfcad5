package org.lvs4j.health;

import static java.util.Objects.requireNonNull;

/**
 * Passes if a mail server greets with 220 and answers HELO with 250. Immutable.
 *
 * @param target the address that is asked
 * @param schedule when it is asked
 * @param heloName the name in the HELO command
 */
public record SmtpCheck(ProbeTarget target, CheckSchedule schedule, String heloName) implements NetworkCheck {
    /** The name in the HELO command if none is given, that of keepalived. */
    public static final String DEFAULT_HELO_NAME = "smtpchecker.keepalived.org";

    /**
     * Checks the name.
     *
     * @throws IllegalArgumentException if it has a line break
     */
    public SmtpCheck {
        requireNonNull(target, "target");
        requireNonNull(schedule, "schedule");
        if (!SingleLine.is(requireNonNull(heloName, "heloName"))) {
            throw new IllegalArgumentException("the name for HELO has a line break");
        }
    }

    @Override
    public String kind() {
        return "SMTP_CHECK";
    }
}
