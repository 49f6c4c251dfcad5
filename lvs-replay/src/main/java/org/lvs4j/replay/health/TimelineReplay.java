package org.lvs4j.replay.health;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Director;
import org.lvs4j.DirectorException;
import org.lvs4j.config.RuleException;
import org.lvs4j.config.Rules;
import org.lvs4j.health.Check;
import org.lvs4j.health.HealthConfiguration;
import org.lvs4j.health.HealthEngine;
import org.lvs4j.health.MonitoredServer;
import org.lvs4j.health.MonitoredService;
import org.lvs4j.health.NetworkCheck;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;
import org.lvs4j.replay.ReplayResult;
import org.lvs4j.replay.TraceException;
import org.lvs4j.replay.health.Timeline.Entry;
import org.lvs4j.replay.health.Timeline.Section;

/**
 * Plays a {@link Timeline} on a virtual clock: its servers are simulated, a {@link HealthEngine} checks them by the same
 * dialogues as on sockets, and changes the table of a director. Then the result is compared with the recording. The same
 * timeline always gives the same result.
 *
 * <p>The table that the section {@code [before]} makes is written where the timeline shows it, or three seconds before the
 * start if services of the checker are in it.
 *
 * <p>The engine is {@linkplain HealthEngine.Builder#likeKeepalived22 like keepalived 2.2}, of which the recordings are.
 */
public final class TimelineReplay {
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long SEED = 1;
    private static final int MAX_LINES = 1_000_000;

    /** When a recording shows the table that its section {@code [before]} has made. */
    private static final long BEFORE_MILLIS = -3_000;

    private final Timeline timeline;
    private final VirtualClock clock = new VirtualClock();
    private final Recorder recorder = new Recorder(clock);
    private final SimulatedNetwork network = new SimulatedNetwork();
    private final SimulatedFiles files = new SimulatedFiles();
    private final Director director;
    private final RecordedTable table;
    private final RandomGenerator random = new SplittableRandom(SEED);
    private final boolean likeKeepalived22;
    private final Map<String, TimelineConfiguration> configurations = new HashMap<>();
    private String configurationName = "config";
    private SimulatedHost host;
    private HealthEngine engine;
    private boolean running;
    private boolean ended;

    private TimelineReplay(Timeline timeline, boolean likeKeepalived22) {
        this.timeline = timeline;
        this.likeKeepalived22 = likeKeepalived22;
        director = Director.builder()
                .ticker(clock::now)
                .random(new SplittableRandom(SEED))
                .availablePages(() -> Long.MAX_VALUE)
                .build();
        table = new RecordedTable(director, recorder);
        host = newHost();
        engine = host.engine();
    }

    private SimulatedHost newHost() {
        return new SimulatedHost(clock, network, files, recorder, table, random, likeKeepalived22);
    }

    /**
     * Plays a timeline from start to end. Thread-safe.
     *
     * @return the comparison, and the timeline with every line of the checker recomputed
     * @throws TraceException if a configuration of the timeline cannot be read; the message names the place
     */
    public static ReplayResult run(Timeline timeline) throws TraceException {
        return run(timeline, true);
    }

    static ReplayResult run(Timeline timeline, boolean likeKeepalived22) throws TraceException {
        return new TimelineReplay(requireNonNull(timeline, "timeline"), likeKeepalived22).run();
    }

    private ReplayResult run() throws TraceException {
        prepare();
        long end = 0;
        boolean begun = false;
        List<Entry> recorded = new ArrayList<>();
        for (Entry entry : timeline.entries()) {
            if (entry.sign() != '<') {
                recorded.add(entry);
                continue;
            }
            if (!begun && entry.millis() >= 0) {
                begun = true;
                start();
            }
            if (begun) {
                end = Math.max(end, entry.millis());
                clock.after(entry.millis() * NANOS_PER_MILLI, () -> input(entry));
            } else {
                input(entry);
            }
        }
        if (!begun) {
            start();
        }
        play(end * NANOS_PER_MILLI);
        Comparison comparison = Comparison.of(recorded, recorder.lines(), timeline.isRandom());
        StringBuilder printed = new StringBuilder(timeline.head());
        recorder.lines().forEach(line -> printed.append(line).append('\n'));
        return new ReplayResult(timeline.source(), comparison.answers(), comparison.mismatches(), printed.toString());
    }

    private void prepare() throws TraceException {
        for (String name : timeline.sectionNames()) {
            if (name.equals("config") || name.startsWith("config ")) {
                Section section = requireNonNull(timeline.section(name));
                configurations.put(name, TimelineConfiguration.parse(section, timeline.source()));
            }
        }
        InputCheck.run(timeline);
        for (String line : timeline.lines("files")) {
            files.add(line);
        }
        for (String line : timeline.lines("servers")) {
            if (!line.isBlank()) {
                network.add(TimelineParser.words(line));
            }
        }
        if (configurations.values().stream().anyMatch(each -> namesSource(each.health()))) {
            recorder.showSources();
        }
        timeline.lines("before").forEach(this::shell);
        showTableBeforeStart();
    }

    /** Writes the table before the start where the timeline shows it, or if services of the checker are in it. */
    private void showTableBeforeStart() {
        boolean present = configuration().health().services().stream()
                .flatMap(service -> service.services().stream())
                .anyMatch(service -> director.service(service.key()) != null);
        long millis = present ? BEFORE_MILLIS : 0;
        for (Entry entry : timeline.entries()) {
            if (entry.sign() == '=' && entry.millis() < 0) {
                millis = entry.millis();
                break;
            }
        }
        if (millis < 0) {
            recorder.input(new Entry(0, millis, '=', table.text()));
        }
    }

    private static boolean namesSource(HealthConfiguration configuration) {
        for (MonitoredService service : configuration.services()) {
            for (MonitoredServer server : service.servers()) {
                for (Check check : server.checks()) {
                    if (check instanceof NetworkCheck network
                            && network.target().source() != null) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private TimelineConfiguration configuration() {
        return requireNonNull(configurations.get(configurationName));
    }

    private void start() {
        TimelineConfiguration configuration = configuration();
        configuration.beforeStart(table, recorder);
        host.use(configuration);
        engine.start(clock.now(), configuration.health());
        running = true;
    }

    /** Runs until the end of the recording, or until nothing more is due at its last input. */
    private void play(long end) throws TraceException {
        while (recorder.lines().size() < MAX_LINES) {
            while (!ended && clock.runNext()) {
                // each event may plan the next one
            }
            if (ended) {
                table.settle();
                return;
            }
            if (engine.nextDeadline() <= clock.now()) {
                engine.advance(clock.now());
                continue;
            }
            table.settle();
            long next = Math.min(clock.next(), engine.nextDeadline());
            if (next > end) {
                return;
            }
            clock.moveTo(next);
        }
        throw TraceException.at(
                timeline.source(), 1, 1, "", "more than " + MAX_LINES + " lines before the", "a shorter timeline");
    }

    private void input(Entry entry) {
        recorder.input(entry);
        List<String> words = TimelineParser.words(entry.text());
        switch (words.isEmpty() ? "" : words.get(0)) {
            case "file" -> host.fileChanged(files.change(entry.text()));
            case "reload" -> reload(words.size() > 1 ? words.get(1) : null);
            case "stop" -> stop();
            case "kill-checker" -> restart();
            case "shell" -> shell(entry.text().substring("shell".length()).strip());
            case "end" -> ended = true;
            case "", "keepalived" -> {}
            default -> {
                if (words.size() > 1) {
                    network.change(Endpoint.parse(words.get(0)), words.subList(1, words.size()));
                }
            }
        }
    }

    private void reload(@Nullable String name) {
        if (name != null) {
            configurationName = "config " + name;
        }
        if (!running) {
            return;
        }
        TimelineConfiguration configuration = configuration();
        host.use(configuration);
        engine.reload(clock.now(), configuration.health());
    }

    private void stop() {
        if (running) {
            running = false;
            engine.stop(clock.now(), configuration().cleanup());
            configuration().afterStop(table, recorder, director.timeouts());
        }
    }

    /** The process of the checker dies, and another one starts with the table that is there. */
    private void restart() {
        if (!running) {
            return;
        }
        host.cancelAll();
        host = newHost();
        engine = host.engine();
        start();
    }

    /** Executes the commands of a line, which {@link InputCheck} has read before. */
    private void shell(String line) {
        for (HostCommand command : HostCommand.of(line)) {
            if (command.isRule()) {
                rule(command.text());
            } else if (!command.addressChange().isEmpty()) {
                address(command.addressChange().get(0), command.addressChange().get(1));
            }
        }
    }

    private void rule(String rule) {
        try {
            Rules.parse(rule, timeline.source()).applyTo(director);
        } catch (RuleException | DirectorException e) {
            recorder.record("shell error " + e.getMessage());
        }
    }

    private void address(String verb, String address) {
        if (verb.equals("add") || verb.startsWith("del")) {
            try {
                IpAddress parsed = IpAddress.parse(address.replaceFirst("/\\d+$", ""));
                host.addressChanged(parsed, verb.equals("add"));
            } catch (IllegalArgumentException e) {
                recorder.record("shell error " + e.getMessage());
            }
        }
    }
}
