package org.lvs4j.replay;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Director;
import org.lvs4j.ServerSnapshot;
import org.lvs4j.ServiceSnapshot;
import org.lvs4j.replay.Event.Counts;

/**
 * Replays a {@link Trace} against a new director on a virtual clock, and compares the director's answers with those in
 * the trace. The same trace always gives the same result: randomised schedulers and defences use a fixed seed, and
 * memory is never low.
 */
public final class Replay {
    private static final long SEED = 1;

    private final Trace trace;
    private final Director director;
    private final Clients clients;
    private final List<Mismatch> mismatches = new ArrayList<>();
    private final boolean answered;
    private long nowNanos;
    private int answers;

    private Replay(Trace trace) {
        this.trace = trace;
        director = Director.builder()
                .ticker(() -> nowNanos)
                .random(new SplittableRandom(SEED))
                .availablePages(() -> Long.MAX_VALUE)
                .build();
        clients = new Clients(director);
        answered = hasAnswers(trace);
    }

    /**
     * Replays a trace from start to end. Thread-safe; costs about as much as the same packets through a director.
     *
     * @param trace the trace
     * @return the comparison, and the trace with the director's answers
     * @throws TraceException if the director refuses a rule of the trace; the message names line, column and reason
     */
    public static ReplayResult run(Trace trace) throws TraceException {
        return new Replay(requireNonNull(trace, "trace")).run();
    }

    // An event without an answer is compared only if the trace has answers at all.
    private static boolean hasAnswers(Trace trace) {
        for (Trace.Line line : trace.lines()) {
            if (line.event() instanceof Event.Traffic traffic && traffic.answer() != null) {
                return true;
            }
        }
        return false;
    }

    private ReplayResult run() throws TraceException {
        for (Setting setting : trace.settings()) {
            setting.apply(director);
        }
        for (Rule rule : trace.rules()) {
            rule.apply(director);
        }
        StringBuilder recomputed = new StringBuilder();
        for (Trace.Line line : trace.lines()) {
            Event event = line.event();
            recomputed.append(event == null ? line.text() : play(event)).append('\n');
        }
        return new ReplayResult(trace.source(), answers, mismatches, recomputed.toString());
    }

    /** Plays an event; returns its line with the director's answer. */
    private String play(Event event) throws TraceException {
        nowNanos = TimeUnit.MILLISECONDS.toNanos(event.millis());
        director.advance();
        if (event instanceof Event.Traffic traffic) {
            return play(traffic);
        }
        if (event instanceof Event.Expect expect) {
            return play(expect);
        }
        if (event instanceof Event.Change change) {
            change.rule().apply(director);
        } else {
            ((Event.Set) event).setting().apply(director);
        }
        return event.text();
    }

    private String play(Event.Traffic traffic) {
        Answer given = clients.play(traffic, trace.mark(traffic));
        boolean shown = !traffic.verb().silentWhenForwarded() || given.kind() != Answer.Kind.SERVER;
        Answer expected = traffic.answer();
        if (expected != null) {
            compare(traffic, expected.toString(), given.toString());
        } else if (answered && traffic.verb().silentWhenForwarded()) {
            compare(traffic, "forwarded", shown ? given.toString() : "forwarded");
        }
        return traffic.text(shown ? given : null);
    }

    private String play(Event.Expect expect) {
        Counts given = counts(expect);
        Counts expected = expect.counts();
        if (expected != null) {
            compare(expect, expected.toString(), given.toString());
        }
        return expect.text(given);
    }

    private Counts counts(Event.Expect expect) {
        for (ServiceSnapshot service : director.services()) {
            if (expect.service() == null
                    || expect.service().equals(service.service().key())) {
                ServerSnapshot server = find(service, expect);
                if (server != null) {
                    return new Counts(server.active(), server.inactive());
                }
            }
        }
        return Counts.NO_SERVER;
    }

    private static @Nullable ServerSnapshot find(ServiceSnapshot service, Event.Expect expect) {
        for (ServerSnapshot server : service.servers()) {
            if (server.server().endpoint().equals(expect.server())) {
                return server;
            }
        }
        return null;
    }

    private void compare(Event event, String expected, String given) {
        answers++;
        if (!expected.equals(given)) {
            mismatches.add(new Mismatch(event.line(), event.text(), expected, given));
        }
    }
}
