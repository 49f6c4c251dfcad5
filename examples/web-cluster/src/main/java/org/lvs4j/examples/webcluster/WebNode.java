package org.lvs4j.examples.webcluster;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.lvs4j.ServerSnapshot;
import org.lvs4j.ServiceSnapshot;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.RealServer;

/** A web server's place in the cluster, which outlives the processes that fill it. Guarded by its cluster. */
final class WebNode {
    private final String name;
    private final int weight;
    private Child process;
    private Endpoint address;
    private boolean inService;
    private long earlierConnections;
    private long connections;

    WebNode(String name, int weight, Child process) throws IOException {
        this.name = name;
        this.weight = weight;
        this.process = process;
        address = process.address();
    }

    String name() {
        return name;
    }

    int weight() {
        return weight;
    }

    Child process() {
        return process;
    }

    Endpoint address() {
        return address;
    }

    RealServer realServer() {
        return RealServer.builder(address).weight(weight).build();
    }

    void enterService() {
        inService = true;
    }

    void leaveService() {
        inService = false;
    }

    /** A new process, at an address of its own, which the director counts from zero. */
    void replace(Child newProcess) throws IOException {
        address = newProcess.address();
        process = newProcess;
        earlierConnections += connections;
        connections = 0;
    }

    void zero() {
        earlierConnections = 0;
        connections = 0;
    }

    ClusterStatus.Server status(@Nullable ServiceSnapshot service) {
        int active = 0;
        int inactive = 0;
        if (inService && service != null) {
            for (ServerSnapshot server : service.servers()) {
                if (server.server().endpoint().equals(address)) {
                    connections = server.traffic().connections();
                    active = server.active();
                    inactive = server.inactive();
                }
            }
        }
        String state = !inService ? "out" : process.alive() ? "up" : "stopped";
        return new ClusterStatus.Server(
                name, address.toString(), weight, earlierConnections + connections, active, inactive, state);
    }
}
