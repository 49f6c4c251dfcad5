package org.lvs4j.netty.tun;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.AddressFamily;

/** Plans the steps of a desired network, and executes them as the network changes. Not thread-safe. */
final class NetworkPlan {
    private final DesiredNetwork desired;
    private final DirectDevices devices;
    private final @Nullable SetUp setUp;
    private PlannedSteps planned = new PlannedSteps();
    private long needsPlanned;

    /**
     * A plan without steps.
     *
     * @param devices the numbers of the devices of direct servers
     * @param setUp executes the steps; null if they are only planned
     */
    NetworkPlan(DesiredNetwork desired, DirectDevices devices, @Nullable SetUp setUp) {
        this.desired = desired;
        this.devices = devices;
        this.setUp = setUp;
    }

    /**
     * Plans everything again, for a host that has changed, and executes the differences.
     *
     * @throws TunException if a need cannot be met or a command fails; everything is as it was then
     */
    PlannedSteps.Difference replace(SetUpPlan plan) {
        Set<Need> needs = new HashSet<>(desired.needs());
        needs.removeIf(need -> !isInForce(need));
        PlannedSteps next = new PlannedSteps();
        next.replace(Set.of(), steps(plan, needs));
        PlannedSteps.Difference difference = planned.to(next);
        setUp(difference);
        planned = next;
        return difference;
    }

    /**
     * Plans needs that were added or removed, and executes the differences. The cost depends on these needs only.
     *
     * @throws TunException if a need cannot be met or a command fails; everything is as it was then
     */
    PlannedSteps.Difference change(DesiredNetwork.Difference difference, SetUpPlan plan) {
        Set<Need> removed = new HashSet<>(difference.removed());
        Set<Need> added = new HashSet<>(difference.added());
        for (AddressFamily family : AddressFamily.values()) {
            if (added.contains(Need.family(family)) || removed.contains(Need.family(family))) {
                // The needs of its servers come into force, or cease to apply.
                desired.needs().stream()
                        .filter(need -> need.family() == family && need.role() != Need.Role.DEVICE)
                        .forEach(removed.contains(Need.family(family)) ? removed::add : added::add);
            }
        }
        added.removeIf(need -> !isInForce(need));
        Map<Need, SortedMap<Position, Step>> steps = steps(plan, added);
        PlannedSteps.Replacement replacement = planned.replace(removed, steps);
        try {
            setUp(replacement.difference());
        } catch (RuntimeException e) {
            planned.replace(steps.keySet(), replacement.before());
            throw e;
        }
        return replacement.difference();
    }

    /** Whether a need has steps: without a virtual address of its family, a server needs nothing. */
    private boolean isInForce(Need need) {
        return need.role() == Need.Role.DEVICE || desired.contains(Need.family(need.family()));
    }

    private Map<Need, SortedMap<Position, Step>> steps(SetUpPlan plan, Set<Need> needs) {
        Map<Need, SortedMap<Position, Step>> steps = new HashMap<>();
        // Sorted, so that of several problems always the same one is reported.
        for (Need need : needs.stream().sorted().toList()) {
            needsPlanned++;
            steps.put(need, plan.steps(need, devices.number(need.address())));
        }
        return steps;
    }

    private void setUp(PlannedSteps.Difference difference) {
        if (setUp != null) {
            setUp.change(difference.added(), difference.obsolete());
        }
    }

    /** All steps, in order. The caller owns the list. */
    List<Step> steps() {
        return planned.steps();
    }

    /** How many needs have been planned so far. */
    long needsPlanned() {
        return needsPlanned;
    }
}
