package org.lvs4j.netty.tun;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.IpAddress;

/** Plans the steps of a desired network, and executes them as the network changes. Not thread-safe. */
final class NetworkPlan {
    private final DesiredNetwork desired;
    private final DirectDevices devices;
    private final @Nullable SetUp setUp;
    private final Map<AddressFamily, AnswerPrefixes> answers = new EnumMap<>(AddressFamily.class);
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
        for (AddressFamily family : AddressFamily.values()) {
            answers.put(family, new AnswerPrefixes(family));
        }
    }

    /**
     * Plans everything again, for a host that has changed, and executes the differences.
     *
     * @throws TunException if a need cannot be met or a command fails; everything is as it was then
     */
    PlannedSteps.Difference replace(SetUpPlan plan) {
        Set<Need> needs = new HashSet<>(desired.needs());
        needs.removeIf(need -> !isInForce(need));
        Map<AddressFamily, AnswerPrefixes> nextAnswers = new EnumMap<>(AddressFamily.class);
        answers.forEach((family, before) -> {
            AnswerPrefixes next = new AnswerPrefixes(before);
            next.change(masqueraded(needs, family), List.of());
            nextAnswers.put(family, next);
        });
        nextAnswers.values().forEach(next -> next.prefixes().forEach(prefix -> needs.add(answering(prefix))));
        PlannedSteps next = new PlannedSteps();
        next.replace(Set.of(), steps(plan, needs));
        PlannedSteps.Difference difference = planned.to(next);
        setUp(difference);
        planned = next;
        answers.putAll(nextAnswers);
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
        removed.removeIf(need -> !planned.contains(need));
        Map<AddressFamily, AnswerPrefixes.Difference> prefixes = new EnumMap<>(AddressFamily.class);
        try {
            changeAnswers(added, removed, prefixes);
            Map<Need, SortedMap<Position, Step>> steps = steps(plan, added);
            PlannedSteps.Replacement replacement = planned.replace(removed, steps);
            try {
                setUp(replacement.difference());
            } catch (RuntimeException e) {
                planned.replace(steps.keySet(), replacement.before());
                throw e;
            }
            return replacement.difference();
        } catch (RuntimeException e) {
            prefixes.forEach((family, made) -> prefixesOf(family).revert(made));
            throw e;
        }
    }

    /** Adds the needs of the prefixes that masqueraded servers need now, or no longer. */
    private void changeAnswers(
            Set<Need> added, Set<Need> removed, Map<AddressFamily, AnswerPrefixes.Difference> changes) {
        for (AddressFamily family : AddressFamily.values()) {
            Collection<IpAddress> arrived = masqueraded(added, family);
            Collection<IpAddress> left = masqueraded(removed, family);
            if (!arrived.isEmpty() || !left.isEmpty()) {
                changes.put(family, prefixesOf(family).change(arrived, left));
            }
        }
        for (AnswerPrefixes.Difference change : changes.values()) {
            change.added().forEach(prefix -> added.add(answering(prefix)));
            change.removed().forEach(prefix -> removed.add(answering(prefix)));
        }
    }

    @SuppressWarnings("NullAway") // There is an entry for each family.
    private AnswerPrefixes prefixesOf(AddressFamily family) {
        return answers.get(family);
    }

    private static Need answering(Prefix prefix) {
        return new Need(Need.Role.ANSWERING, prefix.address(), prefix.length());
    }

    private static Collection<IpAddress> masqueraded(Set<Need> needs, AddressFamily family) {
        List<IpAddress> servers = new ArrayList<>();
        for (Need need : needs) {
            if (need.role() == Need.Role.MASQUERADED && need.family() == family) {
                servers.add(need.address());
            }
        }
        return servers;
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

    /** The steps to execute, in order. The caller owns the list. */
    List<Step> steps() {
        return planned.steps();
    }

    /** All steps that must be in force, in order. The caller owns the list. */
    List<Step> required() {
        return planned.required();
    }

    /** How many needs have been planned so far. */
    long needsPlanned() {
        return needsPlanned;
    }
}
