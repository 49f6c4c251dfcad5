package org.lvs4j.examples.webcluster;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.lvs4j.ServerSnapshot;
import org.lvs4j.ServiceSnapshot;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.RealServer;

/** A web server of the cluster, independent of the process that runs it at present. Guarded by its cluster. */
final class WebNode {
    private final String name;
    private final int weight;
    private ChildProcess process;
    private Endpoint address;
    private boolean inService;
    private long earlierConnections;
    private long connections;

    WebNode(String name, int weight, ChildProcess process) throws IOException {
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

    ChildProcess process() {
        return process;
    }

    Endpoint address() {
        return address;
    }

    RealServer realServer() {
        return RealServer.builder(address).weight(weight).build();
    }

    void addedToService() {
        inService = true;
    }

    void removedFromService() {
        inService = false;
    }

    /** Assigns a new process. Its address is new, so the director counts its connections from zero. */
    void replace(ChildProcess newProcess) throws IOException {
        address = newProcess.address();
        process = newProcess;
        earlierConnections += connections;
        connections = 0;
    }

    void resetCounters() {
        earlierConnections = 0;
        connections = 0;
    }

    ClusterStatus.Server status(@Nullable ServiceSnapshot service) {
        int active = 0;
        int inactive = 0;
        int present = weight;
        if (inService && service != null) {
            for (ServerSnapshot server : service.servers()) {
                if (server.server().endpoint().equals(address)) {
                    connections = server.traffic().connections();
                    active = server.active();
                    inactive = server.inactive();
                    // Operators may change it over the admin endpoint.
                    present = server.weight();
                }
            }
        }
        String state = !inService ? "removed" : process.isAlive() ? "up" : "stopped";
        return new ClusterStatus.Server(
                name, address.toString(), present, earlierConnections + connections, active, inactive, state);
    }
}
