package org.lvs4j.netty.health;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import org.lvs4j.ConfigurationChange.ServerAdded;
import org.lvs4j.ConfigurationChange.ServerEdited;
import org.lvs4j.ConfigurationChange.ServerRemoved;
import org.lvs4j.ConfigurationChange.ServiceAdded;
import org.lvs4j.ConfigurationChange.ServiceEdited;
import org.lvs4j.ConfigurationChange.ServiceRemoved;
import org.lvs4j.health.HealthActions;
import org.lvs4j.health.HealthEvent;
import org.lvs4j.health.Notification;
import org.lvs4j.health.Probe;
import org.lvs4j.health.ReleaseOnFailure;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/**
 * Collects what the engine asks for during a call, so that the table changes as a whole before anything is told. Belongs
 * to the monitor's event loop.
 */
final class EngineActions implements HealthActions {
    private final DirectorTable table;
    private final Predicate<ServiceKey> kept;
    private final List<FailedServer> failed = new ArrayList<>();
    private final Map<Long, Probe> probes = new LinkedHashMap<>();
    private final Queue<Long> cancelled = new ArrayDeque<>();
    private final Queue<Notification> notifications = new ArrayDeque<>();
    private final Queue<HealthEvent> events = new ArrayDeque<>();
    private boolean stopping;

    /** A server whose clients are to be released. */
    record FailedServer(ServiceKey service, Endpoint server, ReleaseOnFailure release) {}

    /**
     * Nothing is collected yet.
     *
     * @param kept the services that stay in the table with their servers when the engine stops
     */
    EngineActions(DirectorTable table, Predicate<ServiceKey> kept) {
        this.table = table;
        this.kept = kept;
    }

    /** From now on the services that are kept are not removed. */
    void stop() {
        stopping = true;
    }

    @Override
    public void startProbe(Probe probe) {
        probes.put(probe.id(), probe);
    }

    @Override
    public void cancelProbe(long id) {
        if (probes.remove(id) == null) {
            cancelled.add(id);
        }
    }

    @Override
    public void addService(VirtualService service) {
        table.plan(new ServiceAdded(service, List.of()));
    }

    @Override
    public void editService(VirtualService service) {
        table.plan(new ServiceEdited(service, service));
    }

    @Override
    public void removeService(ServiceKey service) {
        if (!stopping || !kept.test(service)) {
            table.plan(new ServiceRemoved(VirtualService.builder(service).build(), List.of()));
        }
    }

    @Override
    public void addServer(ServiceKey service, RealServer server) {
        table.plan(new ServerAdded(service, server));
    }

    @Override
    public void editServer(ServiceKey service, RealServer server) {
        table.plan(new ServerEdited(service, server, server));
    }

    @Override
    public void removeServer(ServiceKey service, Endpoint server) {
        if (!stopping || !kept.test(service)) {
            table.plan(new ServerRemoved(service, RealServer.of(server)));
        }
    }

    @Override
    public void releaseClients(ServiceKey service, Endpoint server, ReleaseOnFailure release) {
        failed.add(new FailedServer(service, server, release));
    }

    @Override
    public void notify(Notification notification) {
        notifications.add(notification);
    }

    @Override
    public void event(HealthEvent event) {
        events.add(event);
    }

    boolean hasFailed() {
        return !failed.isEmpty();
    }

    List<FailedServer> takeFailed() {
        List<FailedServer> taken = List.copyOf(failed);
        failed.clear();
        return taken;
    }

    // One at a time: if there is no memory for one, the others are not lost.

    void forEachNotification(Consumer<Notification> action) {
        for (Notification next = notifications.poll(); next != null; next = notifications.poll()) {
            action.accept(next);
        }
    }

    void forEachEvent(Consumer<HealthEvent> action) {
        for (HealthEvent next = events.poll(); next != null; next = events.poll()) {
            action.accept(next);
        }
    }

    void forEachCancelled(LongConsumer action) {
        for (Long next = cancelled.poll(); next != null; next = cancelled.poll()) {
            action.accept(next);
        }
    }

    /** Hands over the probes to start; one whose action fails stays. */
    void forEachProbe(Consumer<Probe> action) {
        while (!probes.isEmpty()) {
            Probe next = probes.values().iterator().next();
            action.accept(next);
            probes.remove(next.id());
        }
    }
}
