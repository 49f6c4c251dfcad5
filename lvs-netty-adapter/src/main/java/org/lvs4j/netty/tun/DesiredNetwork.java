package org.lvs4j.netty.tun;

import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.lvs4j.net.IpAddress;
import org.lvs4j.service.ServiceKey;

/**
 * All needs that a director's configuration has of the network. Each need is counted: it exists as long as at least one
 * service has it. The cost of replacing the needs of some services depends on these needs only. Not thread-safe.
 */
final class DesiredNetwork {
    private final Map<ServiceKey, Set<Need>> byService = new HashMap<>();
    private final Map<Need, Integer> counts = new HashMap<>();

    /**
     * A network for no services.
     *
     * @param further virtual addresses beyond those of the services, which are always needed
     */
    DesiredNetwork(Iterable<IpAddress> further) {
        Set<Need> always = new HashSet<>();
        always.add(Need.device());
        further.forEach(address -> Need.addVirtual(address, always));
        always.forEach(need -> counts.put(need, 1));
    }

    /**
     * The difference that a replacement has made.
     *
     * @param before the needs of the services that were replaced, as they were; replacing with these
     *     reverts the difference
     * @param added the needs that did not exist before
     * @param removed the needs that no longer exist
     */
    record Difference(Map<ServiceKey, Set<Need>> before, Set<Need> added, Set<Need> removed) {}

    /**
     * Replaces the needs of services.
     *
     * @param services the needs of each service from now on, not changed afterwards; none if it was removed
     */
    Difference replace(Map<ServiceKey, Set<Need>> services) {
        Difference difference = new Difference(new HashMap<>(), new HashSet<>(), new HashSet<>());
        services.forEach((key, needs) -> {
            Set<Need> before = needs.isEmpty() ? byService.remove(key) : byService.put(key, needs);
            Set<Need> old = before == null ? Set.of() : before;
            difference.before().put(key, old);
            for (Need need : needs) {
                if (!old.contains(need) && counts.merge(need, 1, Integer::sum) == 1) {
                    addUnlessCancelled(need, difference.added(), difference.removed());
                }
            }
            for (Need need : old) {
                if (!needs.contains(need) && counts.computeIfPresent(need, DesiredNetwork::decremented) == null) {
                    addUnlessCancelled(need, difference.removed(), difference.added());
                }
            }
        });
        return difference;
    }

    private static void addUnlessCancelled(Need need, Set<Need> needs, Set<Need> opposite) {
        if (!opposite.remove(need)) {
            needs.add(need);
        }
    }

    @SuppressWarnings("NullAway") // A null removes the entry.
    private static Integer decremented(Need need, Integer count) {
        return count == 1 ? null : count - 1;
    }

    boolean contains(Need need) {
        return counts.containsKey(need);
    }

    /** All needs, in no order; unmodifiable. */
    Set<Need> needs() {
        return Collections.unmodifiableSet(counts.keySet());
    }
}
