package org.lvs4j.config.keepalived;

import java.util.LinkedHashMap;
import java.util.Map;
import org.lvs4j.DirectorConfiguration;
import org.lvs4j.health.HealthActions;
import org.lvs4j.health.HealthConfiguration;
import org.lvs4j.health.HealthEngine;
import org.lvs4j.health.HealthEvent;
import org.lvs4j.health.Notification;
import org.lvs4j.health.Probe;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** The table of a director right after a start: what the engine adds before the first probe. */
final class StartTable implements HealthActions {
    private final Map<ServiceKey, VirtualService> services = new LinkedHashMap<>();
    private final Map<ServiceKey, Map<Endpoint, RealServer>> servers = new LinkedHashMap<>();

    private StartTable() {}

    static DirectorConfiguration of(HealthConfiguration configuration, GlobalSettings globals) {
        StartTable table = new StartTable();
        HealthEngine.builder(table).build().start(0, configuration);
        DirectorConfiguration.Builder builder = DirectorConfiguration.builder().timeouts(globals.timeouts());
        table.services.forEach((key, service) ->
                builder.addService(service, table.serversOf(key).values().toArray(RealServer[]::new)));
        return builder.build();
    }

    private Map<Endpoint, RealServer> serversOf(ServiceKey key) {
        return servers.computeIfAbsent(key, any -> new LinkedHashMap<>());
    }

    @Override
    public void addService(VirtualService service) {
        services.put(service.key(), service);
    }

    @Override
    public void editService(VirtualService service) {
        services.put(service.key(), service);
    }

    @Override
    public void removeService(ServiceKey service) {
        services.remove(service);
    }

    @Override
    public void addServer(ServiceKey service, RealServer server) {
        serversOf(service).put(server.endpoint(), server);
    }

    @Override
    public void editServer(ServiceKey service, RealServer server) {
        serversOf(service).put(server.endpoint(), server);
    }

    @Override
    public void removeServer(ServiceKey service, Endpoint server) {
        serversOf(service).remove(server);
    }

    @Override
    public void startProbe(Probe probe) {
        // Probes are not run.
    }

    @Override
    public void cancelProbe(long id) {
        // Probes are not run.
    }

    @Override
    public void notify(Notification notification) {
        // Programs are not run.
    }

    @Override
    public void event(HealthEvent event) {
        // Nothing is logged.
    }
}
