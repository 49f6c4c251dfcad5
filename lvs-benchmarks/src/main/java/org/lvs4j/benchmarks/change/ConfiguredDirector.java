package org.lvs4j.benchmarks.change;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lvs4j.ConfigurationChange;
import org.lvs4j.ConfigurationChange.ServerEdited;
import org.lvs4j.Director;
import org.lvs4j.DirectorConfiguration;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/**
 * A director with many services of five servers each, and a cycle of changes. Each change sets the weight of one server
 * of one of eight services, which are spread evenly over the list of services.
 *
 * <p>Each service has its own loopback address (127.1.0.0 and up) at one port that is free, so that a relay can listen
 * for all of them.
 */
final class ConfiguredDirector {
    /** The length of the cycle. */
    static final int STEPS = 16;

    private static final int SERVERS = 5;
    private static final int CHANGED_SERVICES = STEPS / 2;
    private static final int HEAVY = 2;

    private final Director director = Director.create();
    private final List<ServerEdited> steps = new ArrayList<>();
    private @Nullable ConfigurationChange lastChange;

    /**
     * Adds the services.
     *
     * @param services how many, 1..65536
     */
    ConfiguredDirector(int services) throws IOException {
        int port = freePort();
        RealServer[] servers = new RealServer[SERVERS];
        for (int i = 0; i < SERVERS; i++) {
            servers[i] = RealServer.of("10.1.0." + (i + 1) + ":80");
        }
        for (int i = 0; i < services; i++) {
            director.addService(
                    VirtualService.builder(key(i, port)).scheduler("wrr").build(), servers);
        }
        RealServer light = servers[SERVERS / 2];
        RealServer heavy = light.withWeight(HEAVY);
        for (int i = 0; i < STEPS; i++) {
            ServiceKey key = key((int) ((long) services * (i % CHANGED_SERVICES) / CHANGED_SERVICES), port);
            boolean up = i < CHANGED_SERVICES;
            steps.add(new ServerEdited(key, up ? light : heavy, up ? heavy : light));
        }
        director.addListener(change -> lastChange = change);
    }

    private static ServiceKey key(int service, int port) {
        return ServiceKey.tcp("127.1." + service / 256 + "." + service % 256 + ":" + port);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    Director director() {
        return director;
    }

    /** The changes in their order; the last one leads back to the state before the first. */
    List<ServerEdited> steps() {
        return steps;
    }

    /** The whole configuration after each of the steps. */
    List<DirectorConfiguration> configurations() {
        List<DirectorConfiguration> configurations = new ArrayList<>();
        DirectorConfiguration configuration = director.configuration();
        for (ServerEdited step : steps) {
            configuration = configuration.toBuilder()
                    .editServer(step.service(), step.after())
                    .build();
            configurations.add(configuration);
        }
        return configurations;
    }

    /**
     * Compares the last change that the director has reported with a step. Does not call the director, whose advance
     * would count as part of the last iteration.
     *
     * @throws IllegalStateException if they differ
     */
    void check(int step) {
        if (!steps.get(step).equals(lastChange)) {
            throw new IllegalStateException("the last change was " + lastChange + " instead of " + steps.get(step));
        }
    }
}
