package org.lvs4j.netty.tun;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The steps of all needs, in the order in which a host is set up. A step that several needs share is planned
 * once, as long as one of them exists. The cost of replacing the steps of some needs depends on these needs
 * only. Not thread-safe.
 */
final class PlannedSteps {
    private final Map<Need, SortedMap<Position, Step>> byNeed = new HashMap<>();
    private final NavigableMap<Position, Shared> all = new TreeMap<>();

    private record Shared(Step step, int needs) {}

    /**
     * The difference between two plans.
     *
     * @param added the steps to execute, in order
     * @param obsolete the steps to take back, in the order in which they were planned
     */
    record Difference(List<Step> added, List<Step> obsolete) {}

    /**
     * Replaces the steps of needs.
     *
     * @param removed needs that no longer have steps
     * @param added the steps of needs that had none, or that are among those removed
     * @return the steps of the needs that were removed: replacing the added needs with these reverts everything
     */
    Replacement replace(Collection<Need> removed, Map<Need, SortedMap<Position, Step>> added) {
        SortedMap<Position, Step> appeared = new TreeMap<>();
        SortedMap<Position, Step> disappeared = new TreeMap<>();
        Map<Need, SortedMap<Position, Step>> before = new HashMap<>();
        for (Need need : removed) {
            SortedMap<Position, Step> steps = byNeed.remove(need);
            if (steps != null) {
                before.put(need, steps);
                steps.forEach((position, step) -> {
                    if (all.computeIfPresent(position, PlannedSteps::decremented) == null && !step.given()) {
                        disappeared.put(position, step);
                    }
                });
            }
        }
        added.forEach((need, steps) -> {
            byNeed.put(need, steps);
            steps.forEach((position, step) -> {
                Shared shared =
                        all.merge(position, new Shared(step, 1), (old, one) -> new Shared(old.step(), old.needs() + 1));
                if (shared.needs() == 1 && !step.given() && !disappeared.remove(position, step)) {
                    appeared.put(position, step);
                }
            });
        });
        return new Replacement(
                before, new Difference(List.copyOf(appeared.values()), List.copyOf(disappeared.values())));
    }

    /**
     * The outcome of a replacement.
     *
     * @param before the steps of the needs that were removed
     * @param difference the steps that were added and removed
     */
    record Replacement(Map<Need, SortedMap<Position, Step>> before, Difference difference) {}

    @SuppressWarnings("NullAway") // A null removes the entry.
    private static @Nullable Shared decremented(Position position, Shared shared) {
        return shared.needs() == 1 ? null : new Shared(shared.step(), shared.needs() - 1);
    }

    /**
     * The difference from this plan to another one: a step that moves is no difference. Costs time in proportion
     * to both plans.
     */
    Difference to(PlannedSteps other) {
        List<Step> before = steps();
        List<Step> after = other.steps();
        return new Difference(without(after, before), without(before, after));
    }

    private static List<Step> without(List<Step> steps, List<Step> others) {
        Set<Step> known = new HashSet<>(others);
        return steps.stream().filter(step -> !known.contains(step)).toList();
    }

    /** Whether a need has steps, or has been planned to need none. */
    boolean contains(Need need) {
        return byNeed.containsKey(need);
    }

    /** The steps to execute, in order. The caller owns the list. */
    List<Step> steps() {
        List<Step> steps = required();
        steps.removeIf(Step::given);
        return steps;
    }

    /** All steps in order, with those that are {@linkplain Step#given() given}. The caller owns the list. */
    List<Step> required() {
        List<Step> steps = new ArrayList<>(all.size());
        all.values().forEach(shared -> steps.add(shared.step()));
        return steps;
    }
}
