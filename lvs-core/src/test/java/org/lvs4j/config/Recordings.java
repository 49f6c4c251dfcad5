package org.lvs4j.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.lvs4j.Director;
import org.lvs4j.ServerSnapshot;
import org.lvs4j.ServiceSnapshot;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.VirtualService;
import org.lvs4j.stats.Rates;
import org.lvs4j.stats.Traffic;

/** Recorded output of ipvsadm, and the snapshots that belong to it. */
final class Recordings {
    /**
     * For each service and server, in the order of the configuration: active, inactive and persistent connections;
     * counters; averages.
     */
    private static final String FIGURES = """
            10.0.0.100:80      0 0 0   5 14 6 565 240   0 1 1 53 22
              192.168.1.1:8080   1 2 0   3 9 4 360 160   0 1 0 34 15
              192.168.1.2:8080   2 0 0   2 5 2 205 80    0 0 0 19 7
              192.168.1.30:8080  0 0 0   0 0 0 0 0       0 0 0 0 0
            10.0.0.100:443     0 0 0   3 6 0 240 0     0 1 0 22 0
              192.168.1.1:443    1 0 1   1 2 0 80 0      0 0 0 7 0
              192.168.1.2:443    2 0 2   2 4 0 160 0     0 0 0 15 0
            10.0.0.101:0       0 0 0   2 4 2 160 80    0 0 0 15 7
              192.168.1.5:0      2 0 1   2 4 2 160 80    0 0 0 15 7
            10.0.0.100:53      0 0 0   4 4 0 132 0     0 0 0 12 0
              192.168.1.1:53     0 0 0   2 2 0 66 0      0 0 0 6 0
              192.168.1.2:5353   0 0 0   2 2 0 66 0      0 0 0 6 0
            10.0.0.100:5060    0 0 0   1 1 0 335 0     0 0 0 31 0
              192.168.1.1:5060   0 1 1   1 1 0 335 0     0 0 0 31 0
            10.0.0.102:80      0 0 0   0 0 0 0 0       0 0 0 0 0
              192.168.1.7:80     0 0 0   0 0 0 0 0       0 0 0 0 0
              192.168.1.8:80     0 0 0   0 0 0 0 0       0 0 0 0 0
              192.168.1.9:80     0 0 0   0 0 0 0 0       0 0 0 0 0
            10.0.0.102:81      0 0 0   0 0 0 0 0       0 0 0 0 0
              192.168.1.7:81     0 0 0   0 0 0 0 0       0 0 0 0 0
            mark-5             0 0 0   0 0 0 0 0       0 0 0 0 0
              192.168.1.1:0      0 0 0   0 0 0 0 0       0 0 0 0 0
            mark-6             0 0 0   0 0 0 0 0       0 0 0 0 0
              [fd00:2::1]:0      0 0 0   0 0 0 0 0       0 0 0 0 0
            [fd00:1::100]:80   0 0 0   2 3 1 180 60    0 0 0 17 6
              [fd00:2::1]:80     0 0 0   0 0 0 0 0       0 0 0 0 0
              [fd00:2::2]:8080   2 0 1   2 3 1 180 60    0 0 0 17 6
            """;

    private Recordings() {}

    static String read(String name) {
        try (InputStream in = Recordings.class.getResourceAsStream("/golden/listings/" + name)) {
            if (in == null) {
                throw new IllegalArgumentException("no recording " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Rules configuration() throws RuleException {
        return Rules.parse(read("configuration.rules"), "configuration.rules");
    }

    /** A director with the recorded configuration and no traffic. */
    static Director director() throws RuleException {
        Director director = Director.create();
        configuration().applyTo(director);
        return director;
    }

    /** The recorded services with the recorded figures; the newest server of each service first. */
    static List<ServiceSnapshot> services() throws RuleException {
        List<ServiceSnapshot> services = new ArrayList<>();
        List<String> figures = FIGURES.lines().toList();
        int line = 0;
        VirtualService service = null;
        long[] ofService = {};
        List<ServerSnapshot> servers = new ArrayList<>();
        for (RuleCommand command : configuration().commands()) {
            long[] row = row(figures.get(line++));
            if (command instanceof RuleCommand.AddService add) {
                if (service != null) {
                    services.add(new ServiceSnapshot(service, servers, traffic(ofService), rates(ofService)));
                }
                service = add.service();
                ofService = row;
                servers.clear();
            } else if (command instanceof RuleCommand.AddServer add) {
                servers.add(0, server(add.server(), row));
            }
        }
        services.add(new ServiceSnapshot(service, servers, traffic(ofService), rates(ofService)));
        return services;
    }

    /** The same services in the order of the kernel's table, taken from a recording without sorting. */
    static List<ServiceSnapshot> servicesUnsorted() throws RuleException {
        Map<String, ServiceSnapshot> byStart = new HashMap<>();
        services().forEach(service -> byStart.put(start(service.service().key().toString()), service));
        return read("list-nosort.txt")
                .lines()
                .skip(3)
                .filter(line -> !line.startsWith(" "))
                .map(line -> byStart.get(start(line)))
                .toList();
    }

    private static String start(String line) {
        String[] words = line.split(" +");
        return words[0] + " " + words[1];
    }

    private static ServerSnapshot server(RealServer server, long[] row) {
        return new ServerSnapshot(
                server, (int) row[0], (int) row[1], (int) row[2], false, false, traffic(row), rates(row));
    }

    private static Traffic traffic(long[] row) {
        return new Traffic(row[3], row[4], row[5], row[6], row[7]);
    }

    private static Rates rates(long[] row) {
        return new Rates(row[8], row[9], row[10], row[11], row[12]);
    }

    private static long[] row(String line) {
        return Arrays.stream(line.strip().split(" +"))
                .skip(1)
                .mapToLong(Long::parseLong)
                .toArray();
    }
}
