package org.lvs4j.replay.health;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.lvs4j.health.MiscCheck;
import org.lvs4j.health.ProbeResult;

/**
 * A program that a {@link MiscCheck} runs, as a function of words such as {@code sleep 5 exit 1} or {@code signal TERM}.
 * The word {@code ignore} and its like make it ignore the signal after the timeout.
 */
final class SimulatedScript {
    /** What it takes to start a program, as in the recordings: up to 0.8 s on their slow machine. */
    private static final long START_NANOS = 420_000_000;

    private static final Duration KILLED_AFTER = Duration.ofSeconds(2);
    private static final int NOT_FOUND = 127;

    /**
     * What comes of it.
     *
     * @param result the result
     * @param nanos after which it is there
     */
    record Outcome(ProbeResult result, long nanos) {}

    private SimulatedScript() {}

    static Outcome run(MiscCheck check, String behaviour) {
        List<String> words = TimelineParser.words(behaviour);
        long nanos = 0;
        boolean ignores = false;
        for (int i = 0; i < words.size(); i++) {
            String argument = i + 1 < words.size() ? words.get(i + 1) : "";
            switch (words.get(i)) {
                case "sleep" -> {
                    nanos += (long) (seconds(argument) * 1e9);
                    i++;
                }
                case "exit" -> {
                    return exited(check, nanos, ignores, (int) seconds(argument) & 0xFF);
                }
                case "signal" -> {
                    return ended(check, nanos, ignores, ProbeResult.failed("killed by SIG" + argument));
                }
                default -> ignores |= words.get(i).toLowerCase(Locale.ROOT).matches(".*(ignore|trap|term|stubborn).*");
            }
        }
        return exited(check, nanos, ignores, words.isEmpty() ? NOT_FOUND : 0);
    }

    private static double seconds(String text) {
        return text.matches("\\d{1,6}(\\.\\d{1,6})?") ? Double.parseDouble(text) : 0;
    }

    private static Outcome exited(MiscCheck check, long nanos, boolean ignores, int status) {
        return ended(check, nanos, ignores, check.exited(status));
    }

    private static Outcome ended(MiscCheck check, long nanos, boolean ignores, ProbeResult result) {
        long timeout = check.timeout().toNanos();
        if (nanos < timeout) {
            return new Outcome(result, Math.max(nanos, Math.min(nanos + START_NANOS, timeout - 1)));
        }
        long kill = ignores ? Math.min(nanos, timeout + KILLED_AFTER.toNanos()) : timeout;
        return new Outcome(ProbeResult.failed("not finished in time"), kill);
    }
}
