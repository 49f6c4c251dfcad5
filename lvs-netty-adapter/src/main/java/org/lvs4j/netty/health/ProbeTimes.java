package org.lvs4j.netty.health;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.lvs4j.health.Check;
import org.lvs4j.netty.internal.TimeHistogram;

/** How long probes took, for each kind of check and result. Thread-safe; the maps never change. */
final class ProbeTimes {
    /** The kinds that are probed, by their names in a configuration file, and their names in meters. */
    private static final Map<String, String> KINDS = Map.of(
            "TCP_CHECK", "tcp",
            "HTTP_GET", "http",
            "SSL_GET", "https",
            "GRPC_CHECK", "grpc",
            "SMTP_CHECK", "smtp",
            "DNS_CHECK", "dns",
            "UDP_CHECK", "udp",
            "PING_CHECK", "ping",
            "MISC_CHECK", "program");

    private final Map<String, OfKind> kinds = new HashMap<>();

    /**
     * The times of one kind.
     *
     * @param kind its name in meters
     */
    record OfKind(String kind, TimeHistogram passed, TimeHistogram failed) {}

    ProbeTimes() {
        KINDS.forEach((key, name) -> kinds.put(key, new OfKind(name, new TimeHistogram(), new TimeHistogram())));
    }

    void record(Check check, boolean passed, long nanos) {
        OfKind times = kinds.get(check.kind());
        if (times != null) {
            (passed ? times.passed : times.failed).record(nanos);
        }
    }

    List<OfKind> all() {
        return new ArrayList<>(kinds.values());
    }
}
