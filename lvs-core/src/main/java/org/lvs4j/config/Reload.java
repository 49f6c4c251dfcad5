package org.lvs4j.config;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.lvs4j.Director;
import org.lvs4j.DirectorException;
import org.lvs4j.ServerSnapshot;
import org.lvs4j.ServiceSnapshot;
import org.lvs4j.TimeoutSettings;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/**
 * The smallest change from what a director runs to what rules describe. Services and servers that stay as they are get
 * no command at all, so they keep their counters, connections, places and the state of their schedulers. Immutable.
 *
 * <p>What is new or different comes first and what is no longer wanted goes last, so that a service that exchanges all of
 * its servers is never without one.
 */
public final class Reload {
    private final List<Step> steps;

    private Reload(List<Step> steps) {
        this.steps = List.copyOf(steps);
    }

    /**
     * A change and what takes it back.
     *
     * @param change what to do
     * @param undo what takes it back, in order
     */
    private record Step(RuleCommand change, List<RuleCommand> undo) {
        Step(RuleCommand change, RuleCommand undo) {
            this(change, List.of(undo));
        }
    }

    /**
     * Compares, and changes nothing.
     *
     * @param director what runs
     * @param wanted the whole configuration, as commands done in order from nothing: {@code -A -E -D -a -e -d -C --set}
     * @throws RuleException if a command is of another kind, contradicts those before it, or asks for a scheduler or a
     *     persistence engine that the director has not got
     */
    public static Reload plan(Director director, Rules wanted) throws RuleException {
        WantedConfiguration target = WantedConfiguration.of(wanted, requireNonNull(director, "director"));
        List<Step> steps = new ArrayList<>();
        List<Step> removals = new ArrayList<>();
        TimeoutSettings running = director.timeouts();
        TimeoutSettings timeouts = target.timeouts(running);
        if (!timeouts.equals(running)) {
            steps.add(new Step(new RuleCommand.SetTimeouts(timeouts), new RuleCommand.SetTimeouts(running)));
        }
        Map<ServiceKey, ServiceSnapshot> services = new LinkedHashMap<>();
        director.services().forEach(service -> services.put(service.service().key(), service));
        for (ServiceKey key : target.keys()) {
            ServiceSnapshot service = services.remove(key);
            if (service == null) {
                addService(target.service(key), steps);
                addServers(key, target.servers(key), List.of(), steps);
            } else {
                editService(service.service(), target.service(key), steps);
                addServers(key, target.servers(key), service.servers(), steps);
                removeServers(target, service, removals);
            }
        }
        services.values().forEach(service -> removals.add(removal(service)));
        steps.addAll(removals);
        return new Reload(steps);
    }

    private static void addService(VirtualService service, List<Step> steps) {
        steps.add(new Step(new RuleCommand.AddService(service), new RuleCommand.DeleteService(service.key())));
    }

    private static void editService(VirtualService running, VirtualService wanted, List<Step> steps) {
        if (!running.equals(wanted)) {
            steps.add(new Step(new RuleCommand.EditService(wanted), new RuleCommand.EditService(running)));
        }
    }

    private static void addServers(
            ServiceKey key, Iterable<RealServer> wanted, List<ServerSnapshot> running, List<Step> steps) {
        Map<Endpoint, RealServer> present = running.stream()
                .map(ServerSnapshot::server)
                .collect(Collectors.toMap(RealServer::endpoint, server -> server));
        for (RealServer server : wanted) {
            RealServer old = present.get(server.endpoint());
            if (old == null) {
                steps.add(new Step(
                        new RuleCommand.AddServer(key, server), new RuleCommand.DeleteServer(key, server.endpoint())));
            } else if (!old.equals(server)) {
                steps.add(new Step(new RuleCommand.EditServer(key, server), new RuleCommand.EditServer(key, old)));
            }
        }
    }

    private static void removeServers(WantedConfiguration target, ServiceSnapshot service, List<Step> removals) {
        ServiceKey key = service.service().key();
        for (ServerSnapshot snapshot : service.servers()) {
            Endpoint endpoint = snapshot.server().endpoint();
            if (!target.hasServer(key, endpoint)) {
                removals.add(new Step(
                        new RuleCommand.DeleteServer(key, endpoint),
                        new RuleCommand.AddServer(key, snapshot.server())));
            }
        }
    }

    private static Step removal(ServiceSnapshot service) {
        ServiceKey key = service.service().key();
        List<RuleCommand> undo = new ArrayList<>();
        undo.add(new RuleCommand.AddService(service.service()));
        // Each server that is added becomes the first, so the last comes first.
        for (int i = service.servers().size() - 1; i >= 0; i--) {
            undo.add(new RuleCommand.AddServer(key, service.servers().get(i).server()));
        }
        return new Step(new RuleCommand.DeleteService(key), undo);
    }

    /** The changes in the order in which they are made; unmodifiable. */
    public List<RuleCommand> changes() {
        return steps.stream().map(Step::change).toList();
    }

    /** The changes as text in the syntax of {@code ipvsadm}, one a line; empty if there is nothing to do. */
    public String print() {
        return changes().stream().map(change -> change.print() + "\n").collect(Collectors.joining());
    }

    /**
     * Makes the changes, all or none: if the director refuses one, those made before it are taken back.
     *
     * @param director the one that was planned for
     * @throws DirectorException if the director refuses a change, for instance because its configuration has changed
     *     since {@link #plan}
     */
    public void apply(Director director) {
        requireNonNull(director, "director");
        int done = 0;
        try {
            for (; done < steps.size(); done++) {
                Change.make(steps.get(done).change(), director);
            }
        } catch (DirectorException e) {
            undo(director, done, e);
            throw e;
        }
    }

    private void undo(Director director, int done, DirectorException cause) {
        for (int i = done - 1; i >= 0; i--) {
            try {
                for (RuleCommand command : steps.get(i).undo()) {
                    Change.make(command, director);
                }
            } catch (DirectorException e) {
                // Somebody else is changing the same things. Take back what still can be.
                cause.addSuppressed(e);
            }
        }
    }
}
