package org.lvs4j.health;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.StringJoiner;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.lvs4j.health.HealthChange.Kind;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.VirtualService;

/** Finds the differences of two configurations. */
final class HealthChanges {
    private final List<HealthChange> changes = new ArrayList<>();

    private HealthChanges() {}

    static List<HealthChange> between(HealthConfiguration before, HealthConfiguration after) {
        HealthChanges result = new HealthChanges();
        Map<ServiceId, MonitoredService> old = ServiceId.of(before.services());
        Map<ServiceId, MonitoredService> wanted = ServiceId.of(after.services());
        old.forEach((id, service) -> {
            if (!wanted.containsKey(id)) {
                result.add(Kind.REMOVED, service, null, null, "");
            }
        });
        wanted.forEach((id, service) -> {
            MonitoredService previous = old.get(id);
            if (previous == null) {
                result.added(service);
            } else {
                result.compare(previous, service);
            }
        });
        return List.copyOf(result.changes);
    }

    private void add(
            Kind kind,
            MonitoredService service,
            @Nullable MonitoredServer server,
            @Nullable Check check,
            String details) {
        changes.add(new HealthChange(kind, service, server, check, details));
    }

    private void added(MonitoredService service) {
        add(Kind.ADDED, service, null, null, service.services().get(0).scheduler());
        service.servers().forEach(server -> added(service, server));
    }

    private void added(MonitoredService service, MonitoredServer server) {
        StringBuilder details = new StringBuilder("weight " + server.server().weight());
        server.checks().forEach(check -> details.append(", ").append(check.kind()));
        add(Kind.ADDED, service, server, null, details.toString());
    }

    private void compare(MonitoredService before, MonitoredService after) {
        Words words = new Words();
        compareKeys(before, after, words);
        VirtualService first = before.services().get(0);
        VirtualService next = after.services().get(0);
        words.compare("scheduler", first, next, VirtualService::scheduler);
        words.note("flags", first, next, VirtualService::flags);
        words.note("persistence", first, next, VirtualService::persistence);
        words.note("ops", first, next, VirtualService::onePacket);
        words.note("slow start", first, next, VirtualService::slowStart);
        words.compare("quorum", before, after, each -> each.quorum().weight());
        words.compare("hysteresis", before, after, each -> each.quorum().hysteresis());
        words.note("quorum_up", before, after, each -> each.quorum().up());
        words.note("quorum_down", before, after, each -> each.quorum().down());
        words.note("sorry server", before, after, MonitoredService::sorryServer);
        words.note("alpha", before, after, MonitoredService::alpha);
        words.note("omega", before, after, MonitoredService::omega);
        words.note("ha_suspend", before, after, MonitoredService::haSuspend);
        words.note("passive check", before, after, MonitoredService::passiveCheck);
        words.note("release on failure", before, after, MonitoredService::releaseOnFailure);
        if (!words.isEmpty()) {
            add(Kind.CHANGED, after, null, null, words.toString());
        }
        compareServers(before, after);
    }

    /** The addresses of a group. */
    private static void compareKeys(MonitoredService before, MonitoredService after, Words words) {
        Map<Object, VirtualService> old = before.services().stream()
                .collect(Collectors.toMap(VirtualService::key, each -> each, (a, b) -> a, LinkedHashMap::new));
        for (VirtualService service : after.services()) {
            if (old.remove(service.key()) == null) {
                words.add("with " + service.key());
            }
        }
        old.keySet().forEach(key -> words.add("without " + key));
    }

    private void compareServers(MonitoredService before, MonitoredService after) {
        Map<Endpoint, MonitoredServer> old = new LinkedHashMap<>();
        before.servers().forEach(server -> old.put(ServiceId.endpoint(before, server.server()), server));
        for (MonitoredServer server : after.servers()) {
            old.remove(ServiceId.endpoint(after, server.server()));
        }
        old.values().forEach(server -> add(Kind.REMOVED, before, server, null, ""));
        before.servers().forEach(server -> old.put(ServiceId.endpoint(before, server.server()), server));
        for (MonitoredServer server : after.servers()) {
            MonitoredServer previous = old.get(ServiceId.endpoint(after, server.server()));
            if (previous == null) {
                added(after, server);
            } else if (!previous.equals(server)) {
                compare(after, previous, server);
            }
        }
    }

    private void compare(MonitoredService service, MonitoredServer before, MonitoredServer after) {
        Words words = new Words();
        words.compare("weight", before.server(), after.server(), RealServer::weight);
        words.note("lvs_method", before.server(), after.server(), RealServer::forwarding);
        words.compare("uthreshold", before.server(), after.server(), RealServer::upperThreshold);
        words.compare("lthreshold", before.server(), after.server(), RealServer::lowerThreshold);
        words.note("inhibit_on_failure", before, after, MonitoredServer::inhibitOnFailure);
        words.note("notify_up", before, after, MonitoredServer::notifyUp);
        words.note("notify_down", before, after, MonitoredServer::notifyDown);
        if (!words.isEmpty()) {
            add(Kind.CHANGED, service, after, null, words.toString());
        }
        compareChecks(service, before, after);
    }

    private void compareChecks(MonitoredService service, MonitoredServer before, MonitoredServer after) {
        List<Check> left = new ArrayList<>(before.checks());
        List<Check> others = new ArrayList<>();
        for (Check check : after.checks()) {
            if (!left.remove(check)) {
                others.add(check);
            }
        }
        List<Check> come = new ArrayList<>();
        List<Check> changed = new ArrayList<>();
        for (Check check : others) {
            (removeFirst(left, check.kind()) ? changed : come).add(check);
        }
        left.forEach(check -> add(Kind.REMOVED, service, before, check, ""));
        changed.forEach(check -> add(Kind.CHANGED, service, after, check, ""));
        come.forEach(check -> add(Kind.ADDED, service, after, check, ""));
    }

    /** Removes the first check of a kind; returns whether there was one. */
    private static boolean removeFirst(List<Check> checks, String kind) {
        for (Check check : checks) {
            if (check.kind().equals(kind)) {
                return checks.remove(check);
            }
        }
        return false;
    }

    /** The attributes that differ. */
    private static final class Words {
        private final StringJoiner text = new StringJoiner(", ");
        private boolean empty = true;

        void add(String word) {
            text.add(word);
            empty = false;
        }

        <T> void compare(String name, T before, T after, Function<? super T, ? extends @Nullable Object> value) {
            @Nullable Object old = value.apply(before);
            @Nullable Object next = value.apply(after);
            if (!Objects.equals(old, next)) {
                add(name + " " + next + ", was " + old);
            }
        }

        /** As {@link #compare}, without the values. */
        <T> void note(String name, T before, T after, Function<? super T, ? extends @Nullable Object> value) {
            if (!Objects.equals(value.apply(before), value.apply(after))) {
                add(name);
            }
        }

        boolean isEmpty() {
            return empty;
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }
}
