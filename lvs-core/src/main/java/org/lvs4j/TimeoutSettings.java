package org.lvs4j;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;

/**
 * The three idle timeouts that {@code ipvsadm --set} changes, in seconds, 0..2678400 (31 days). Immutable.
 *
 * <p>As an argument, zero leaves a timeout unchanged; a director never reports zero.
 *
 * @param tcp of established TCP connections
 * @param tcpFin of TCP connections that the server has finished
 * @param udp of UDP flows
 */
public record TimeoutSettings(int tcp, int tcpFin, int udp) {
    /** The defaults of IPVS: 900 s, 120 s and 300 s. */
    public static final TimeoutSettings DEFAULTS = new TimeoutSettings(900, 120, 300);

    private static final int MAX_SECONDS = 31 * 24 * 60 * 60;

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException naming every one that is out of range
     */
    public TimeoutSettings {
        List<String> problems = new ArrayList<>();
        check("tcp", tcp, problems);
        check("tcpFin", tcpFin, problems);
        check("udp", udp, problems);
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
    }

    private static void check(String name, int seconds, List<String> problems) {
        if (seconds < 0 || seconds > MAX_SECONDS) {
            problems.add("timeout " + name + " = " + seconds + " s is outside 0.." + MAX_SECONDS + " s");
        }
    }

    /** These timeouts, with each zero replaced by the timeout of {@code other}. */
    public TimeoutSettings orElse(TimeoutSettings other) {
        requireNonNull(other, "other");
        return new TimeoutSettings(
                tcp == 0 ? other.tcp : tcp, tcpFin == 0 ? other.tcpFin : tcpFin, udp == 0 ? other.udp : udp);
    }
}
