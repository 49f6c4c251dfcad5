package org.lvs4j.netty.health;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.lvs4j.ServerListener;
import org.lvs4j.health.MonitoredServer;
import org.lvs4j.health.MonitoredService;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/**
 * How many connections of clients in a row have failed, for each server with a passive check.
 *
 * <p>Assumptions: {@link #put} and {@link #remove} are called by one thread, {@link #failed} and {@link #answered} by
 * any. Guarantees: the number of counts is that of the servers; at most one report of a server waits, which stands for all
 * failures up to its execution. An answer, of whatever connection, ends a row. Progress: {@link #failed} and {@link
 * #answered} are lock-free and do not allocate; an answer writes only if a failure precedes it.
 */
final class FailureCounts implements ServerListener {
    /** Brings a report to the monitor's event loop. */
    @FunctionalInterface
    interface Reporter {
        void report(Count count);
    }

    /** The failures of one server. */
    final class Count implements Runnable {
        final ServiceKey service;
        final Endpoint server;
        private final AtomicInteger inARow = new AtomicInteger();
        private final AtomicBoolean reported = new AtomicBoolean();

        Count(ServiceKey service, Endpoint server) {
            this.service = service;
            this.server = server;
        }

        private void failed() {
            inARow.getAndUpdate(n -> n == Integer.MAX_VALUE ? n : n + 1);
            if (!reported.get() && reported.compareAndSet(false, true)) {
                boolean done = false;
                try {
                    reporter.report(this);
                    done = true;
                } finally {
                    if (!done) {
                        reported.set(false);
                    }
                }
            }
        }

        private void answered() {
            if (inARow.getOpaque() != 0) {
                inARow.setOpaque(0);
            }
        }

        /** Delivers the report. */
        @Override
        public void run() {
            // Before the count is read: a later failure reports again.
            reported.set(false);
            int failures = inARow.get();
            if (failures > 0 && judge.beginsAnew(service, server, failures)) {
                inARow.set(0);
            }
        }
    }

    /** Learns the failures in a row, and returns whether they are counted anew. */
    @FunctionalInterface
    interface Judge {
        boolean beginsAnew(ServiceKey service, Endpoint server, int failures);
    }

    private final Reporter reporter;
    private final Judge judge;
    private final Map<ServiceKey, Map<Endpoint, Count>> services = new ConcurrentHashMap<>();

    FailureCounts(Reporter reporter, Judge judge) {
        this.reporter = reporter;
        this.judge = judge;
    }

    /** Counts for the servers of a service from now on, if it has a passive check. Servers that stay keep their counts. */
    void put(MonitoredService monitored) {
        Map<MonitoredServer, Count> shared = new HashMap<>();
        for (VirtualService service : monitored.services()) {
            Map<Endpoint, Count> before = services.getOrDefault(service.key(), Map.of());
            Map<Endpoint, Count> counts = new HashMap<>();
            if (monitored.passiveCheck() != null) {
                for (MonitoredServer each : monitored.servers()) {
                    Endpoint endpoint = MonitoredService.serverOf(service.key(), each.server())
                            .endpoint();
                    Count old = before.get(endpoint);
                    Count count = old != null ? old : new Count(service.key(), endpoint);
                    // All services of a group count together.
                    counts.put(endpoint, shared.computeIfAbsent(each, key -> count));
                }
            }
            if (counts.isEmpty()) {
                services.remove(service.key());
            } else {
                services.put(service.key(), counts);
            }
        }
    }

    void remove(ServiceKey service) {
        services.remove(service);
    }

    @Override
    public void failed(ServiceKey service, Endpoint server, @Nullable Throwable cause) {
        Count count = find(service, server);
        if (count != null) {
            count.failed();
        }
    }

    @Override
    public void answered(ServiceKey service, Endpoint server) {
        Count count = find(service, server);
        if (count != null) {
            count.answered();
        }
    }

    private @Nullable Count find(ServiceKey service, Endpoint server) {
        Map<Endpoint, Count> counts = services.get(service);
        return counts == null ? null : counts.get(server);
    }

    /** The number of servers that are counted for, each once for each of its services. */
    int size() {
        return services.values().stream().mapToInt(Map::size).sum();
    }
}
