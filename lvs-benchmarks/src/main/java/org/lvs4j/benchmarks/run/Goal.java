package org.lvs4j.benchmarks.run;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A goal for one cell of a table: an upper limit of its value, or of the ratio of its value to that of another cell of
 * the same run.
 *
 * @param row what is measured, for the table of goals
 * @param text the goal in words
 * @param reference the cell to divide by; null if the limit is absolute
 * @param limit the highest value or ratio that meets the goal
 */
record Goal(
        String row,
        String text,
        Figure figure,
        Cell measured,
        @Nullable Cell reference,
        double limit) {
    static final String LVS4J = "LVS4J";

    /** The kind of value. */
    enum Figure {
        /** Processor time per operation, or the primary metric if that was not measured. */
        COST,
        /** Bytes allocated per operation. */
        ALLOCATION
    }

    /**
     * A cell of a table: class and method of a benchmark, a peer, some of its parameters, and the number of threads.
     */
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

        Cell with(String parameter, String value) {
            Map<String, String> changed = new TreeMap<>(setting);
            changed.put(parameter, value);
            return new Cell(benchmark, peer, changed, threads);
        }

        Cell threads(int count) {
            return new Cell(benchmark, peer, setting, count);
        }
    }

    /** A cell of this library. */
    static Cell cell(String benchmark, int threads, String... namesAndValues) {
        Map<String, String> setting = new TreeMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            setting.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return new Cell(benchmark, LVS4J, setting, threads);
    }

    /** At most a multiple of the cost of a peer. */
    static Goal atMost(double limit, String peer, String row, Cell measured) {
        return new Goal(
                row,
                String.format(Locale.ROOT, "≤ %s × %s", trim(limit), peer),
                Figure.COST,
                measured,
                measured.of(peer),
                limit);
    }

    /** Faster than a peer by a factor. */
    static Goal faster(double times, String peer, String row, Cell measured) {
        String text = String.format(Locale.ROOT, "%s × faster than %s", trim(times), peer);
        return new Goal(row, text, Figure.COST, measured, measured.of(peer), 1 / times);
    }

    /** At most a multiple of the cost with one thread. */
    static Goal timesOneThread(double limit, String row, Cell measured) {
        String text = String.format(Locale.ROOT, "≤ %s × one thread", trim(limit));
        return new Goal(row, text, Figure.COST, measured, measured.threads(1), limit);
    }

    /** At most a multiple of the cost with another value of one parameter. */
    static Goal times(double limit, String parameter, String value, String row, Cell measured) {
        String text = String.format(Locale.ROOT, "≤ %s × with %s %s", trim(limit), value, parameter);
        return new Goal(row, text, Figure.COST, measured, measured.with(parameter, value), limit);
    }

    /** At most an absolute cost. */
    static Goal atMost(double limit, String unit, Cell measured, String row) {
        return new Goal(row, "≤ " + trim(limit) + " " + unit, Figure.COST, measured, null, limit);
    }

    /** No allocation. The limit of half a byte is far above the allocation of the measurement itself. */
    static Goal noAllocation(String row, Cell measured) {
        return new Goal(row, "0 B", Figure.ALLOCATION, measured, null, 0.5);
    }

    /** The value that was reached; empty if it was not measured. */
    Optional<Reached> reached(List<Result> results) {
        Double own = value(measured.in(results).orElse(null));
        if (own == null) {
            return Optional.empty();
        }
        if (reference == null) {
            return Optional.of(new Reached(own, own <= limit, String.format(Locale.ROOT, "%.1f", own)));
        }
        Double theirs = value(reference.in(results).orElse(null));
        if (theirs == null) {
            return Optional.empty();
        }
        double ratio = own / theirs;
        String shown = text.contains("faster")
                ? String.format(Locale.ROOT, "%.2f × (%.1f, %.1f)", 1 / ratio, own, theirs)
                : String.format(Locale.ROOT, "%.2f × (%.1f, %.1f)", ratio, own, theirs);
        return Optional.of(new Reached(ratio, ratio <= limit, shown));
    }

    /** A value or ratio, whether it meets the goal, and its text: the ratio and the two values that it is made of. */
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
