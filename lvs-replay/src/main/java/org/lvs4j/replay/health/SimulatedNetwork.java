package org.lvs4j.replay.health;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;

/** The servers of a recording, and which addresses can be reached. */
final class SimulatedNetwork {
    private final Map<Endpoint, SimulatedServer> servers = new LinkedHashMap<>();
    private final Set<IpAddress> blackholes = new HashSet<>();
    private final Set<IpAddress> unreachable = new HashSet<>();
    private final Map<IpAddress, Integer> addresses = new HashMap<>();

    /** Adds a server by a line such as {@code 198.51.100.11:80 http status=500 st=refuse}. */
    void add(List<String> words) {
        Endpoint endpoint = Endpoint.parse(words.get(0));
        SimulatedServer server = new SimulatedServer(words.get(0), words.size() > 1 ? words.get(1) : "tcp");
        servers.put(endpoint, server);
        addresses.merge(endpoint.address(), 1, Integer::sum);
        for (String word : words.subList(Math.min(2, words.size()), words.size())) {
            if (word.startsWith("st=")) {
                change(endpoint, List.of(word.substring("st=".length())));
            } else {
                server.change(List.of(word));
            }
        }
    }

    /** Changes what is at an endpoint by words such as {@code refuse}, {@code blackhole}, {@code status=500}. */
    void change(Endpoint endpoint, List<String> words) {
        IpAddress address = endpoint.address();
        SimulatedServer server = servers.get(endpoint);
        switch (words.get(0)) {
            case "blackhole" -> blackholes.add(address);
            case "unreachable" -> unreachable.add(address);
            case "reachable" -> {
                blackholes.remove(address);
                unreachable.remove(address);
            }
            case "refuse" -> refuse(server, true);
            case "up" -> refuse(server, false);
            default -> {
                if (server != null) {
                    server.change(words);
                }
            }
        }
    }

    private static void refuse(@Nullable SimulatedServer server, boolean value) {
        if (server != null) {
            server.refuse(value);
        }
    }

    @Nullable
    SimulatedServer server(Endpoint endpoint) {
        return servers.get(endpoint);
    }

    boolean isBlackhole(IpAddress address) {
        return blackholes.contains(address);
    }

    boolean isUnreachable(IpAddress address) {
        return unreachable.contains(address);
    }

    /** What recordings show behind a probe of an endpoint. */
    String state(Endpoint endpoint) {
        if (isBlackhole(endpoint.address())) {
            return "blackhole";
        }
        SimulatedServer server = servers.get(endpoint);
        return server == null ? "no server" : server.state();
    }
}
