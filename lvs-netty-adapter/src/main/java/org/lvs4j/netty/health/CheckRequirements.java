package org.lvs4j.netty.health;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lvs4j.health.Check;
import org.lvs4j.health.GrpcCheck;
import org.lvs4j.health.HealthConfiguration;
import org.lvs4j.health.HttpCheck;
import org.lvs4j.health.MiscCheck;
import org.lvs4j.health.MonitoredServer;
import org.lvs4j.health.MonitoredService;
import org.lvs4j.health.NetworkCheck;
import org.lvs4j.health.PingCheck;
import org.lvs4j.health.ProbeTarget;
import org.lvs4j.health.Script;
import org.lvs4j.net.AddressFamily;

/** Finds what a configuration asks for and this host cannot do, so that it is refused instead of ignored. Blocking. */
final class CheckRequirements {
    private static final String NEEDS_JNA = "a ping needs JNA (net.java.dev.jna:jna)";
    private static final String NEEDS_HTTP2 = "a check by gRPC needs HTTP/2 of Netty (io.netty:netty-codec-http2)";

    private record User(@Nullable String name, @Nullable String group) {}

    private final ProbeTransport transport;
    private final Set<String> problems = new LinkedHashSet<>();
    private final Map<AddressFamily, Optional<String>> ping = new HashMap<>();
    private final Map<User, Optional<String>> users = new HashMap<>();

    private CheckRequirements(ProbeTransport transport) {
        this.transport = transport;
    }

    /** One sentence for each thing that cannot be done, in the order of the configuration. */
    static List<String> problems(HealthConfiguration configuration, ProbeTransport transport) {
        CheckRequirements requirements = new CheckRequirements(transport);
        for (MonitoredService service : configuration.services()) {
            requirements.check(service + ": quorum_up", service.quorum().up());
            requirements.check(service + ": quorum_down", service.quorum().down());
            for (MonitoredServer server : service.servers()) {
                String subject = service + ": " + server.server().endpoint() + ": ";
                requirements.check(subject + "notify_up", server.notifyUp());
                requirements.check(subject + "notify_down", server.notifyDown());
                for (Check check : server.checks()) {
                    requirements.check(subject + check.kind(), check);
                }
            }
        }
        return new ArrayList<>(requirements.problems);
    }

    /** One sentence for each network check in code that cannot be made. Starts no program. */
    static List<String> networkProblems(List<MonitoredService> services, ProbeTransport transport) {
        CheckRequirements requirements = new CheckRequirements(transport);
        for (MonitoredService service : services) {
            for (MonitoredServer server : service.servers()) {
                for (Check check : server.checks()) {
                    if (check instanceof NetworkCheck) {
                        requirements.check(service + ": " + server.server().endpoint() + ": " + check.kind(), check);
                    }
                }
            }
        }
        return new ArrayList<>(requirements.problems);
    }

    /** What to say of a class that is missing: the optional dependency that has it. */
    static String missing(LinkageError error) {
        String text = error.toString().replace('/', '.');
        if (text.contains("com.sun.jna")) {
            return NEEDS_JNA;
        }
        return text.contains("io.netty.handler.codec.http2") ? NEEDS_HTTP2 : text;
    }

    private void check(String subject, Check check) {
        if (check instanceof MiscCheck misc) {
            check(subject, misc.script());
        } else if (check instanceof NetworkCheck network) {
            check(subject, network.target());
            if (check instanceof PingCheck) {
                AddressFamily family = network.target().endpoint().address().family();
                add(subject, ping.computeIfAbsent(family, this::pingProblem));
            } else if (check instanceof HttpCheck http && http.tls()) {
                for (int page = 0; page < http.pages().size(); page++) {
                    checkServerName(subject, ProbeTls.serverName(http, page));
                }
            } else if (check instanceof GrpcCheck grpc) {
                add(subject, grpcProblem());
                checkServerName(subject, grpc.tls() ? ProbeTls.serverName(grpc) : null);
            }
        }
    }

    private void check(String subject, ProbeTarget target) {
        if ((target.device() != null || target.mark() != 0) && !transport.setsDeviceAndMark()) {
            problems.add(subject + ": a device or a mark needs epoll or io_uring of Linux, not " + transport);
        }
        String device = target.device();
        if (device != null && (device.isEmpty() || device.length() > 15)) {
            problems.add(subject + ": '" + device + "' is not the name of a network interface");
        }
    }

    private Optional<String> pingProblem(AddressFamily family) {
        try {
            return Optional.ofNullable(PingSockets.problem(family));
        } catch (LinkageError e) {
            return Optional.of(NEEDS_JNA);
        }
    }

    private static Optional<String> grpcProblem() {
        try {
            GrpcStream.requireHttp2();
            return Optional.empty();
        } catch (LinkageError e) {
            return Optional.of(NEEDS_HTTP2);
        }
    }

    private void checkServerName(String subject, @Nullable String name) {
        if (name != null && !ProbeTls.isServerName(name)) {
            problems.add(subject + ": '" + name + "' cannot be sent as the name of a server in TLS");
        }
    }

    private void check(String subject, @Nullable Script script) {
        if (script != null) {
            add(
                    subject,
                    users.computeIfAbsent(
                            new User(script.user(), script.group()),
                            user -> Optional.ofNullable(ProcessGroup.problem(script))));
        }
    }

    private void add(String subject, Optional<String> problem) {
        problem.ifPresent(reason -> problems.add(subject + ": " + reason));
    }
}
