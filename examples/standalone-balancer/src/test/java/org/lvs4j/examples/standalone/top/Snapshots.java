package org.lvs4j.examples.standalone.top;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Snapshots for tests, as a daemon would send them. */
final class Snapshots {
    /** Two services: one with a server of each state, one of a firewall mark. */
    static final Snapshot SITE = of(
            1000,
            500,
            List.of(
                    service(
                            "tcp:10.0.0.1:80",
                            "wrr",
                            server("10.0.0.11:80", 3, 30, 10, 12, false, false),
                            server("10.0.0.12:80", 2, 20, 30, 8, true, false),
                            server("10.0.0.13:80", 1, 0, 10, 0, false, false),
                            server("10.0.0.14:80", 0, 0, 0, 0, false, false),
                            server("10.0.0.15:80", 1, 5, 5, 1, false, true)),
                    service("fwmark6:7", "rr", server("[fd00::11]:0", 1, 0, 0, 0, false, false))));

    private Snapshots() {}

    static Snapshot of(long uptimeMillis, long connections, List<String> services) {
        return of(4711, uptimeMillis, connections, services);
    }

    static Snapshot of(long process, long uptimeMillis, long connections, List<String> services) {
        try {
            return Snapshot.parse("""
                    {"version":"0.1.0","process":%d,"uptimeMillis":%d,"traffic":{"connections":%d},
                     "rates":{"connections":21,"inPackets":200,"outPackets":150,"inBytes":12345,"outBytes":1234567},
                     "services":[%s],
                     "drains":[{"service":"tcp:10.0.0.1:80","server":"10.0.0.12:80","phase":"draining"}],
                     "health":[{"service":"tcp:10.0.0.1:80","servers":[
                       {"server":"10.0.0.11:80","up":true,"sinceSeconds":75,"inTable":true,"reason":""},
                       {"server":"10.0.0.13:80","up":false,"sinceSeconds":3,"inTable":true,"reason":"TCP_CHECK refused"},
                       {"server":"10.0.0.16:80","up":false,"sinceSeconds":9000,"inTable":false,
                        "reason":"HTTP_GET \\u001b[31m\\u4e2d evil"}]}]}
                    """.formatted(process, uptimeMillis, connections, String.join(",", services)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String service(String id, String scheduler, String... servers) {
        return """
                {"id":"%s","scheduler":"%s","servers":[%s],"status":{"rates":{"connections":21,"inBytes":999}}}""".formatted(id, scheduler, String.join(",", servers));
    }

    static String server(
            String endpoint, int weight, int active, int inactive, int rate, boolean draining, boolean overloaded) {
        return """
                {"endpoint":"%s","weight":%d,"forwarding":"masquerade","upperThreshold":100,"lowerThreshold":50,
                 "status":{"active":%d,"inactive":%d,"draining":%b,"overloaded":%b,
                           "rates":{"connections":%d,"inPackets":%d,"outPackets":5,"inBytes":10,"outBytes":2500000}}}""".formatted(endpoint, weight, active, inactive, draining, overloaded, rate, rate * 4);
    }

    /** One service with many servers. */
    static Snapshot large(int servers) {
        String all = IntStream.range(0, servers)
                .mapToObj(i -> server("10.1." + i / 250 + "." + (i % 250 + 1) + ":80", 1, i, 0, 0, false, false))
                .collect(Collectors.joining(","));
        return of(1000, 0, List.of(service("tcp:10.0.0.2:80", "wlc", all)));
    }
}
