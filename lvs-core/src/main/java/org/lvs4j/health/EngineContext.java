package org.lvs4j.health;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.IpAddress;

/** What all pools of an engine share: the way out, time, chance, probes under way, and the state of the host. */
final class EngineContext {
    final HealthActions actions;
    final RandomGenerator random;
    final boolean likeKeepalived22;
    final Timers timers = new Timers();
    private final Map<Long, ProbedCheck> probes = new LinkedHashMap<>();
    private final Map<TrackedFile, Integer> files = new HashMap<>();
    private final Map<TrackedFile, Set<FiledCheck>> watched = new HashMap<>();
    private final Set<IpAddress> addresses = new HashSet<>();
    private long lastProbe;

    EngineContext(HealthActions actions, RandomGenerator random, boolean likeKeepalived22) {
        this.actions = actions;
        this.random = random;
        this.likeKeepalived22 = likeKeepalived22;
    }

    /** Starts a probe of a check and returns its number. */
    long startProbe(ProbedCheck check, int page) {
        long id = ++lastProbe;
        ServerState server = check.server;
        Probe probe = new Probe(id, check.check(), page, server.pool.firstKey(), server.config.server());
        boolean done = false;
        try {
            probes.put(id, check);
            actions.startProbe(probe);
            done = true;
        } finally {
            if (!done) {
                probes.remove(id);
            }
        }
        return id;
    }

    /** The check whose probe this was; null if the probe is not under way. */
    @Nullable
    ProbedCheck finishProbe(long id) {
        return probes.remove(id);
    }

    boolean isUnderWay(long id, ProbedCheck check) {
        return probes.get(id) == check;
    }

    /** The result of a probe under way belongs to another check from now on. */
    void handOver(long id, ProbedCheck check) {
        probes.put(id, check);
    }

    void cancelProbe(long id) {
        probes.remove(id);
        actions.cancelProbe(id);
    }

    int fileNumber(TrackedFile file) {
        return files.getOrDefault(file, 0);
    }

    void watch(TrackedFile file, FiledCheck check) {
        watched.computeIfAbsent(file, key -> new LinkedHashSet<>()).add(check);
    }

    void unwatch(TrackedFile file, FiledCheck check) {
        Set<FiledCheck> checks = watched.get(file);
        if (checks != null && checks.remove(check) && checks.isEmpty()) {
            watched.remove(file);
        }
    }

    /** Forgets the numbers of files that no check watches. */
    void forgetOtherFiles() {
        files.keySet().retainAll(watched.keySet());
    }

    void fileChanged(long now, TrackedFile file, int number) {
        Integer before = files.put(file, number);
        if (before != null && before == number) {
            return;
        }
        for (FiledCheck check : watched.getOrDefault(file, Set.of())) {
            check.changed(now, number);
        }
    }

    void addressChanged(IpAddress address, boolean present) {
        if (present) {
            addresses.add(address);
        } else {
            addresses.remove(address);
        }
    }

    boolean hasAddress(IpAddress address) {
        return addresses.contains(address);
    }
}
