package org.lvs4j.replay.health;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.lvs4j.health.Dialogue;
import org.lvs4j.health.DnsCheck;
import org.lvs4j.health.HttpCheck;
import org.lvs4j.health.HttpPage;
import org.lvs4j.health.NetworkCheck;
import org.lvs4j.health.PingCheck;
import org.lvs4j.health.Probe;
import org.lvs4j.health.ProbeResult;
import org.lvs4j.health.UdpCheck;
import org.lvs4j.net.Endpoint;

/**
 * A probe of a simulated server: opens the connection, carries bytes between the dialogue and the server, and watches the
 * time of a step, as a probe on a socket does. Packets take no time.
 */
final class SimulatedProbe implements Conversation.Channel {
    private final VirtualClock clock;
    private final SimulatedNetwork network;
    private final Recorder recorder;
    private final Probe probe;
    private final NetworkCheck check;
    private final Endpoint endpoint;
    private final Dialogue dialogue;
    private final Consumer<ProbeResult> finish;
    private @Nullable Conversation conversation;
    private boolean over;
    private long steps;

    SimulatedProbe(
            VirtualClock clock,
            SimulatedNetwork network,
            Recorder recorder,
            Probe probe,
            Dialogue dialogue,
            Consumer<ProbeResult> finish) {
        this.clock = clock;
        this.network = network;
        this.recorder = recorder;
        this.probe = probe;
        this.check = (NetworkCheck) probe.check();
        this.endpoint = check.target().endpoint();
        this.dialogue = dialogue;
        this.finish = finish;
    }

    void start() {
        if (network.isUnreachable(endpoint.address())) {
            fail("no route");
        } else if (check instanceof PingCheck) {
            ping();
        } else if (check instanceof UdpCheck || check instanceof DnsCheck) {
            sendDatagram();
        } else {
            connect();
        }
    }

    void cancel() {
        over = true;
    }

    private void connect() {
        recorder.record("probe tcp " + target() + " [" + network.state(endpoint) + "]");
        awaitStep();
        SimulatedServer server = network.server(endpoint);
        if (network.isBlackhole(endpoint.address())) {
            return;
        }
        if (server == null || server.refuses()) {
            fail("connection refused");
            return;
        }
        boolean tls = check instanceof HttpCheck http && http.tls();
        if (tls && !handshake(server)) {
            return;
        }
        Conversation talk = conversationOf(server, tls);
        conversation = talk;
        talk.accepted(this);
        step(dialogue.opened());
    }

    private boolean handshake(SimulatedServer server) {
        if (server.kind().equals("tcp") || server.is("stall-accept")) {
            return false;
        }
        if (!server.kind().equals("https")) {
            fail("TLS handshake failed");
            return false;
        }
        HttpCheck http = (HttpCheck) check;
        HttpPage page = http.pages().get(probe.page());
        String name = http.serverName() ? page.virtualHost() : null;
        recorder.record("tls " + endpoint + " sni=" + (name == null ? "-" : name) + " TLSv1.3");
        return true;
    }

    private static Conversation conversationOf(SimulatedServer server, boolean tls) {
        return switch (server.kind()) {
            case "http" -> new HttpServer(server);
            case "https" -> tls ? new HttpServer(server) : new TlsAlert(server);
            case "smtp" -> new SmtpServer(server);
            default -> new StreamServer(server);
        };
    }

    /** What a TLS server answers to a client without TLS. */
    private static final class TlsAlert extends StreamServer {
        TlsAlert(SimulatedServer server) {
            super(server);
        }

        @Override
        void line(Channel channel, String line) {
            channel.send(0, bytes("\25\3\1\0\2\2\106"));
            channel.close(0);
        }
    }

    private void sendDatagram() {
        Dialogue.Step step = dialogue.opened();
        ByteBuffer payload =
                step.send() == null ? ByteBuffer.allocate(0) : step.send().duplicate();
        String shown = check instanceof DnsCheck ? DnsQuestions.text(payload) : hex(payload);
        recorder.record("probe udp " + target() + " payload=" + shown + " [" + network.state(endpoint) + "]");
        awaitStep();
        SimulatedServer server = network.server(endpoint);
        if (network.isBlackhole(endpoint.address())) {
            return;
        }
        if (server == null || server.refuses()) {
            fail("port unreachable");
            return;
        }
        conversation = new DatagramServer(server);
        step(step);
    }

    private void ping() {
        Dialogue.Step step = dialogue.opened();
        ByteBuffer request = step.send() == null ? ByteBuffer.allocate(0) : step.send();
        String state = network.isBlackhole(endpoint.address()) ? "blackhole" : "no server";
        recorder.record("probe ping " + endpoint.address() + " len=" + request.remaining() + " [" + state + "]");
        awaitStep();
        if (!network.isBlackhole(endpoint.address())) {
            byte[] reply = new byte[request.remaining()];
            request.duplicate().get(reply);
            reply[0] = (byte) (reply[0] == 8 ? 0 : 129);
            send(0, ByteBuffer.wrap(reply));
        }
    }

    private String target() {
        return endpoint + recorder.source(check.target());
    }

    private static String hex(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return java.util.HexFormat.of().formatHex(copy);
    }

    private void step(Dialogue.Step step) {
        if (over) {
            return;
        }
        if (step.counted()) {
            awaitStep();
        }
        ByteBuffer send = step.send();
        if (send != null && conversation != null) {
            conversation.received(this, send);
        }
        if (step.result() != null) {
            finish(step.result());
        }
    }

    private void awaitStep() {
        long number = ++steps;
        Duration timeout = check.target().timeout();
        clock.after(timeout.toNanos(), () -> {
            if (!over && steps == number) {
                if (conversation == null && !(check instanceof PingCheck) && !isDatagram()) {
                    fail("no connection within the time");
                } else {
                    step(dialogue.timedOut());
                }
            }
        });
    }

    private boolean isDatagram() {
        return check instanceof UdpCheck || check instanceof DnsCheck;
    }

    private void fail(String reason) {
        finish(ProbeResult.failed(reason));
    }

    private void finish(ProbeResult result) {
        if (!over) {
            over = true;
            clock.after(0, () -> finish.accept(result));
            if (conversation != null && !isDatagram()) {
                conversation.clientClosed(this);
            }
        }
    }

    @Override
    public void send(long delayMillis, ByteBuffer bytes) {
        clock.after(delayMillis * 1_000_000, () -> {
            if (!over) {
                step(dialogue.received(bytes));
            }
        });
    }

    @Override
    public void close(long delayMillis) {
        clock.after(delayMillis * 1_000_000, () -> {
            if (!over) {
                Dialogue.Step step = dialogue.closed();
                conversation = null;
                step(step.result() == null ? Dialogue.Step.done(ProbeResult.failed("closed")) : step);
            }
        });
    }

    @Override
    public void reset() {
        clock.after(0, () -> {
            conversation = null;
            fail("connection reset");
        });
    }

    @Override
    public void record(String text) {
        recorder.record(text);
    }
}
