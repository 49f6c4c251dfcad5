package org.lvs4j.netty.tun;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a set-up true: finds the steps that something else has undone, and executes them again. Where steps are only
 * planned, it reports which of them are missing.
 *
 * <p>An object of the kernel that belongs to no step is never touched: something else that occupies the place of a step
 * is reported. Not thread-safe, but for {@link #repairs}.
 */
final class SetUpCheck {
    private static final Logger LOGGER = LoggerFactory.getLogger(TunPlane.class);

    private final KernelState kernel;
    private final @Nullable SetUp setUp;
    private final Warnings warnings;
    private final AtomicLong repairs = new AtomicLong();
    // Whether a problem has been logged that was there in each check since then.
    private boolean troubled;
    private List<String> problemsBefore = List.of();
    // How many planned steps the log says are missing.
    private int missingBefore;

    /**
     * A check.
     *
     * @param setUp executes the steps; null if they are only planned
     */
    SetUpCheck(KernelState kernel, @Nullable SetUp setUp, LongSupplier nanoTime) {
        this.kernel = kernel;
        this.setUp = setUp;
        warnings = new Warnings(LOGGER, nanoTime);
    }

    /** How many steps have been executed again so far. Thread-safe. */
    long repairs() {
        return repairs.get();
    }

    /**
     * Compares the kernel with the plan, and repairs what is missing.
     *
     * @param network the network, which follows changes of the host first
     * @param publish takes over a change of the network
     * @return whether anything was changed
     */
    boolean run(TunNetwork network, Publisher publish) {
        List<String> problems = new ArrayList<>();
        boolean changed = followHost(network, publish, problems);
        try {
            List<Step> required = network.required();
            List<Step> missing = kernel.missing(required);
            if (setUp == null) {
                report(required.size(), missing);
            } else if (!missing.isEmpty()) {
                changed |= repair(setUp, missing, problems);
            }
        } catch (TunException e) {
            problems.add("the set-up cannot be checked: " + e.getMessage());
        }
        for (String problem : problems) {
            // Without repairs, a problem that stays is the operator's choice: one line is enough.
            if (setUp != null || !problems.equals(problemsBefore)) {
                troubled |= warnings.warn(problem.substring(0, problem.indexOf(':')), problem);
            }
        }
        problemsBefore = problems;
        if (troubled && problems.isEmpty()) {
            LOGGER.info("the set-up is in order again");
            troubled = false;
        }
        return changed;
    }

    /** Takes over a change of a network. */
    @FunctionalInterface
    interface Publisher {
        void publish(TunNetwork.Update update);
    }

    private static boolean followHost(TunNetwork network, Publisher publish, List<String> problems) {
        boolean changed = false;
        try {
            TunNetwork.Update update = network.follow(List.of());
            changed = !update.steps().added().isEmpty()
                    || !update.steps().obsolete().isEmpty();
            publish.publish(update);
        } catch (RuntimeException e) {
            problems.add("the set-up does not fit this host any more: " + e.getMessage());
        }
        try {
            TunNetwork.Update reopened = network.reopenDevices();
            if (reopened != null) {
                publish.publish(reopened);
                LOGGER.warn(
                        "devices of direct servers were removed by something else: {} opened again",
                        reopened.unused().size());
                changed = true;
            }
        } catch (RuntimeException e) {
            problems.add("a device of a direct server is missing: " + e.getMessage());
        }
        return changed;
    }

    private boolean repair(SetUp setUp, List<Step> missing, List<String> problems) {
        List<String> failures = setUp.repeat(missing);
        byKind(missing)
                .forEach((kind, steps) -> warnings.warn(
                        kind,
                        "the set-up was changed by something else: missing " + kind + ": " + steps.size()
                                + ", such as '" + steps.get(0).command() + "'; executed again"));
        repairs.addAndGet(missing.size() - failures.size());
        if (!failures.isEmpty()) {
            problems.add("the set-up cannot be repaired: " + failures.get(0)
                    + (failures.size() == 1
                            ? ""
                            : failures.size() == 2
                                    ? ", and another command"
                                    : ", and " + (failures.size() - 1) + " further commands"));
        }
        return failures.size() < missing.size();
    }

    private static Map<String, List<Step>> byKind(List<Step> steps) {
        Map<String, List<Step>> kinds = new TreeMap<>();
        for (Step step : steps) {
            String kind = kind(step.command().split(" "));
            kinds.computeIfAbsent(kind, any -> new ArrayList<>()).add(step);
        }
        return kinds;
    }

    private static String kind(String[] words) {
        return switch (words[1].equals("-6") ? words[2] : words[1]) {
            case "link" -> "states of devices";
            case "addr" -> "addresses";
            case "neigh" -> "proxy neighbours";
            case "rule" -> "rules";
            case "route" -> "routes";
            default -> "settings";
        };
    }

    /** Reports the steps that an operator has to execute. */
    private void report(int required, List<Step> missing) {
        if (missing.isEmpty() && missingBefore > 0) {
            LOGGER.info("the set-up of the network is complete");
            missingBefore = 0;
        } else if (missing.size() != missingBefore) {
            String text = missing.size() + " of the " + required + " steps of the set-up of the network are missing,"
                    + " such as '" + missing.get(0).command() + "'";
            missingBefore = warnings.warn("incomplete", text) ? missing.size() : missingBefore;
        }
    }
}
