/**
 * Replays through a director on a virtual clock: decision traces, recorded packets and captures. For tests, simulations
 * and proofs; an application that only balances does not need it.
 */
module org.lvs4j.replay {
    requires transitive org.lvs4j.core;
    requires com.google.gson;
    requires static transitive org.jspecify;

    exports org.lvs4j.replay;
    exports org.lvs4j.replay.capture;
    exports org.lvs4j.replay.health;
}
