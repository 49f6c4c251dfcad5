package org.lvs4j.replay.health;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.lvs4j.health.Check;
import org.lvs4j.health.Dialogue;
import org.lvs4j.health.Dialogues;
import org.lvs4j.health.FileCheck;
import org.lvs4j.health.HealthActions;
import org.lvs4j.health.HealthEngine;
import org.lvs4j.health.HealthEvent;
import org.lvs4j.health.MiscCheck;
import org.lvs4j.health.MonitoredServer;
import org.lvs4j.health.MonitoredService;
import org.lvs4j.health.NetworkCheck;
import org.lvs4j.health.Notification;
import org.lvs4j.health.Probe;
import org.lvs4j.health.ProbeResult;
import org.lvs4j.health.Script;
import org.lvs4j.health.TrackedFile;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** The host of the checker: runs what its engine asks for on the simulated network, and records it. */
final class SimulatedHost implements HealthActions {
    private static final String MISC = "/run/k/misc";
    private static final String NOTIFY = "/run/k/notify";

    private final VirtualClock clock;
    private final SimulatedNetwork network;
    private final SimulatedFiles files;
    private final Recorder recorder;
    private final RecordedTable table;
    private final RandomGenerator random;
    private final HealthEngine engine;
    private final boolean likeKeepalived22;
    private final Map<Long, Runnable> cancellations = new HashMap<>();
    private final Set<TrackedFile> tracked = new HashSet<>();
    private boolean fifo;

    SimulatedHost(
            VirtualClock clock,
            SimulatedNetwork network,
            SimulatedFiles files,
            Recorder recorder,
            RecordedTable table,
            RandomGenerator random,
            boolean likeKeepalived22) {
        this.clock = clock;
        this.network = network;
        this.files = files;
        this.recorder = recorder;
        this.table = table;
        this.random = random;
        this.likeKeepalived22 = likeKeepalived22;
        engine = HealthEngine.builder(this)
                .random(random)
                .likeKeepalived22(likeKeepalived22)
                .build();
    }

    HealthEngine engine() {
        return engine;
    }

    /** Reads the tracked files of a configuration that is about to be used. */
    void use(TimelineConfiguration configuration) {
        fifo = configuration.fifo();
        tracked.clear();
        for (MonitoredService service : configuration.health().services()) {
            for (MonitoredServer server : service.servers()) {
                for (Check check : server.checks()) {
                    if (check instanceof FileCheck file && tracked.add(file.file())) {
                        initialize(file.file());
                    }
                }
            }
        }
    }

    private void initialize(TrackedFile file) {
        String name = SimulatedFiles.nameOf(file.path());
        TrackedFile.Initial initial = file.initial();
        if (initial != null && (initial.overwrite() || files.text(name) == null)) {
            files.write(name, String.valueOf(initial.value()));
        }
        report(file);
    }

    private void report(TrackedFile file) {
        String text = files.text(SimulatedFiles.nameOf(file.path()));
        engine.fileChanged(clock.now(), file, TrackedFile.number(text == null ? "" : text));
    }

    void fileChanged(String name) {
        for (TrackedFile file : tracked) {
            if (SimulatedFiles.nameOf(file.path()).equals(name)) {
                report(file);
            }
        }
    }

    void addressChanged(IpAddress address, boolean present) {
        engine.addressChanged(address, present);
    }

    /** Ends all probes without a result. */
    void cancelAll() {
        cancellations.values().forEach(Runnable::run);
        cancellations.clear();
    }

    @Override
    public void startProbe(Probe probe) {
        if (probe.check() instanceof MiscCheck misc) {
            runScript(probe.id(), misc);
            return;
        }
        SimulatedProbe simulated = new SimulatedProbe(
                clock,
                network,
                recorder,
                probe,
                dialogue((NetworkCheck) probe.check(), probe.page()),
                result -> finished(probe.id(), result));
        cancellations.put(probe.id(), simulated::cancel);
        clock.after(0, simulated::start);
    }

    private Dialogue dialogue(NetworkCheck check, int page) {
        return likeKeepalived22 ? Dialogues.likeKeepalived22(check, page, random) : Dialogues.of(check, page, random);
    }

    private void runScript(long id, MiscCheck misc) {
        List<String> command = misc.script().command();
        String behaviour = behaviour(command);
        if (command.get(0).equals(MISC)) {
            recorder.record("run misc " + arguments(command) + " [" + behaviour + "]");
        }
        SimulatedScript.Outcome outcome = SimulatedScript.run(misc, behaviour);
        boolean[] cancelled = new boolean[1];
        cancellations.put(id, () -> cancelled[0] = true);
        clock.after(outcome.nanos(), () -> {
            if (!cancelled[0]) {
                finished(id, outcome.result());
            }
        });
    }

    private String behaviour(List<String> command) {
        if (command.get(0).equals(MISC)) {
            String text = files.text((command.size() > 1 ? command.get(1) : "") + ".do");
            return text == null ? "exit 0" : text.strip();
        }
        return command.get(0).endsWith("/true") ? "exit 0" : command.get(0).endsWith("/false") ? "exit 1" : "";
    }

    private static String arguments(List<String> command) {
        return String.join(" ", command.subList(1, command.size()));
    }

    private void finished(long id, ProbeResult result) {
        if (cancellations.remove(id) != null) {
            engine.probeFinished(clock.now(), id, result);
        }
    }

    @Override
    public void cancelProbe(long id) {
        Runnable cancel = cancellations.remove(id);
        if (cancel != null) {
            cancel.run();
        }
    }

    @Override
    public void addService(VirtualService service) {
        table.addService(service);
    }

    @Override
    public void editService(VirtualService service) {
        table.editService(service);
    }

    @Override
    public void removeService(ServiceKey service) {
        table.removeService(service);
    }

    @Override
    public void addServer(ServiceKey service, RealServer server) {
        table.addServer(service, server);
    }

    @Override
    public void editServer(ServiceKey service, RealServer server) {
        table.editServer(service, server);
    }

    @Override
    public void removeServer(ServiceKey service, Endpoint server) {
        table.removeServer(service, server);
    }

    @Override
    public void notify(Notification notification) {
        if (fifo) {
            recorder.record("fifo " + notification.line());
        }
        Script script = notification.script();
        if (script != null && script.command().get(0).equals(NOTIFY)) {
            recorder.record("notify " + arguments(script.command()));
        }
    }

    @Override
    public void event(HealthEvent event) {
        // A recording has no log.
    }
}
