package org.lvs4j.netty.health;

import org.lvs4j.health.ProbeResult;

/** Receives the end of an execution, exactly once unless it is cancelled, on any thread. */
interface ProbeOutcome {
    /** The probe has a result. */
    void finished(ProbeResult result);

    /**
     * The probe could not be made, for a reason that lies with this host.
     *
     * @param reason in the words of an operator
     */
    void notMade(String reason);
}
