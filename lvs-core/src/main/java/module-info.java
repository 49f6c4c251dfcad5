/** The engine: services, schedulers, connections, rules. Opens no socket and starts no thread. */
module org.lvs4j.core {
    requires com.google.common;
    requires com.github.benmanes.caffeine;
    requires static micrometer.core;
    requires static transitive org.jspecify;

    exports org.lvs4j;
    exports org.lvs4j.config;
    exports org.lvs4j.config.keepalived;
    exports org.lvs4j.discovery;
    exports org.lvs4j.health;
    exports org.lvs4j.metrics;
    exports org.lvs4j.net;
    exports org.lvs4j.persistence.engine;
    exports org.lvs4j.plane;
    exports org.lvs4j.scheduler;
    exports org.lvs4j.service;
    exports org.lvs4j.stats;

    uses org.lvs4j.persistence.engine.PersistenceEngine;
    uses org.lvs4j.scheduler.SchedulerProvider;

    provides org.lvs4j.persistence.engine.PersistenceEngine with
            org.lvs4j.persistence.engine.SipEngine;
}
