/** The engine: services, schedulers, connections, rules. Opens no socket and starts no thread. */
@SuppressWarnings("module") // replay is built later
module org.lvs4j.core {
    requires com.google.common;
    requires com.github.benmanes.caffeine;
    requires static micrometer.core;
    requires static transitive org.jspecify;

    exports org.lvs4j;
    exports org.lvs4j.config;
    exports org.lvs4j.net;
    exports org.lvs4j.persistence.engine;
    exports org.lvs4j.plane;
    exports org.lvs4j.internal.packet to
            org.lvs4j.replay;
    exports org.lvs4j.scheduler;
    exports org.lvs4j.service;
    exports org.lvs4j.stats;

    uses org.lvs4j.persistence.engine.PersistenceEngine;
    uses org.lvs4j.scheduler.SchedulerProvider;

    provides org.lvs4j.persistence.engine.PersistenceEngine with
            org.lvs4j.persistence.engine.SipEngine;
    provides org.lvs4j.scheduler.SchedulerProvider with
            org.lvs4j.scheduler.RoundRobin.Provider,
            org.lvs4j.scheduler.WeightedRoundRobin.Provider,
            org.lvs4j.scheduler.LeastConnection.Provider,
            org.lvs4j.scheduler.WeightedLeastConnection.Provider,
            org.lvs4j.scheduler.ShortestExpectedDelay.Provider,
            org.lvs4j.scheduler.NeverQueue.Provider,
            org.lvs4j.scheduler.Failover.Provider,
            org.lvs4j.scheduler.Overflow.Provider,
            org.lvs4j.scheduler.DestinationHashing.Provider,
            org.lvs4j.scheduler.SourceHashing.Provider,
            org.lvs4j.scheduler.MaglevHashing.Provider,
            org.lvs4j.scheduler.TwoChoices.Provider,
            org.lvs4j.scheduler.LocalityLeastConnection.Provider,
            org.lvs4j.scheduler.ReplicatedLocality.Provider,
            org.lvs4j.scheduler.BoundedMaglev.Provider,
            org.lvs4j.scheduler.MaglevHashing.StableProvider,
            org.lvs4j.scheduler.RendezvousHashing.Provider,
            org.lvs4j.scheduler.PeakEwma.Provider;
}
