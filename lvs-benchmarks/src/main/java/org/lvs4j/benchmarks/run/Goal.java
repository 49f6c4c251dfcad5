package org.lvs4j.benchmarks.run;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What we want to reach in one row of a table: a cost of ours of at most so much, alone or as a multiple of another one of the
 * same run.
 *
 * @param other what ours is divided by; null if the limit is the cost itself
 * @param limit the highest value that meets the goal
 */
record Goal(
        String row,
        String text,
        Figure figure,
        Cell ours,
        @Nullable Cell other,
        double limit) {
    static final String OURS = "LVS4J";

    /** What is compared. */
    enum Figure {
        /** Processor time of an operation, or what was measured instead of time. */
        COST,
        /** Bytes allocated by an operation. */
        ALLOCATION
    }

    /** A cell of a table: a benchmark by its class and method, a peer, some of its parameters, a number of threads. */
    record Cell(String benchmark, String peer, Map<String, String> setting, int threads) {
        Optional<Result> in(List<Result> results) {
            return results.stream()
                    .filter(result -> result.name().equals(benchmark)
                            && result.peer().equals(peer)
                            && result.threads() == threads
                            && result.setting().entrySet().containsAll(setting.entrySet()))
                    .findFirst();
        }

        Cell of(String otherPeer) {
            return new Cell(benchmark, otherPeer, setting, threads);
        }

        Cell threads(int count) {
            return new Cell(benchmark, peer, setting, count);
        }
    }

    /** A cell of ours. */
    static Cell cell(String benchmark, int threads, String... namesAndValues) {
        Map<String, String> setting = new java.util.TreeMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            setting.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return new Cell(benchmark, OURS, setting, threads);
    }

    /** At most so many times what a peer needs. */
    static Goal atMost(double limit, String peer, String row, Cell ours) {
        return new Goal(
                row,
                String.format(Locale.ROOT, "≤ %s × %s", trim(limit), peer),
                Figure.COST,
                ours,
                ours.of(peer),
                limit);
    }

    /** So many times faster than a peer. */
    static Goal faster(double times, String peer, String row, Cell ours) {
        String text = String.format(Locale.ROOT, "%s × faster than %s", trim(times), peer);
        return new Goal(row, text, Figure.COST, ours, ours.of(peer), 1 / times);
    }

    /** At most so many times what one thread needs. */
    static Goal alone(double limit, String row, Cell ours) {
        String text = String.format(Locale.ROOT, "≤ %s × one thread", trim(limit));
        return new Goal(row, text, Figure.COST, ours, ours.threads(1), limit);
    }

    /** At most so much. */
    static Goal atMost(double limit, String unit, Cell ours, String row) {
        return new Goal(row, "≤ " + trim(limit) + " " + unit, Figure.COST, ours, null, limit);
    }

    /** Nothing allocated; what is due to the measurement itself stays far below half a byte. */
    static Goal noAllocation(String row, Cell ours) {
        return new Goal(row, "0 B", Figure.ALLOCATION, ours, null, 0.5);
    }

    /** What was reached; nothing if it was not measured. */
    Optional<Reached> reached(List<Result> results) {
        Double own = value(ours.in(results).orElse(null));
        if (own == null) {
            return Optional.empty();
        }
        if (other == null) {
            return Optional.of(new Reached(own, own <= limit, String.format(Locale.ROOT, "%.1f", own)));
        }
        Double theirs = value(other.in(results).orElse(null));
        if (theirs == null) {
            return Optional.empty();
        }
        double ratio = own / theirs;
        String text = limit < 1
                ? String.format(Locale.ROOT, "%.2f × (%.1f, %.1f)", 1 / ratio, own, theirs)
                : String.format(Locale.ROOT, "%.2f × (%.1f, %.1f)", ratio, own, theirs);
        return Optional.of(new Reached(ratio, ratio <= limit, text));
    }

    /** A value, whether it meets the goal, and how to write it: the multiple, ours, theirs. */
    record Reached(double value, boolean met, String text) {}

    private @Nullable Double value(@Nullable Result result) {
        if (result == null) {
            return null;
        }
        return figure == Figure.COST ? Double.valueOf(result.cost()) : result.allocatedBytes();
    }

    private static String trim(double value) {
        return value == Math.rint(value) ? String.format(Locale.ROOT, "%,.0f", value) : String.valueOf(value);
    }
}
