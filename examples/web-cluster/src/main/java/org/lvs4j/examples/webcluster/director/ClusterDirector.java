package org.lvs4j.examples.webcluster.director;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Director;
import org.lvs4j.DirectorConfiguration;
import org.lvs4j.DirectorException;
import org.lvs4j.Drain;
import org.lvs4j.DrainOptions;
import org.lvs4j.ServiceSnapshot;
import org.lvs4j.admin.AdminServer;
import org.lvs4j.config.RuleException;
import org.lvs4j.config.Rules;
import org.lvs4j.config.keepalived.KeepalivedConfiguration;
import org.lvs4j.config.keepalived.KeepalivedException;
import org.lvs4j.config.keepalived.KeepalivedFile;
import org.lvs4j.config.keepalived.KeepalivedOptions;
import org.lvs4j.health.CheckSchedule;
import org.lvs4j.health.HealthEvent;
import org.lvs4j.health.HttpCheck;
import org.lvs4j.health.ProbeTarget;
import org.lvs4j.health.ReleaseOnFailure;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import org.lvs4j.netty.Relay;
import org.lvs4j.netty.RelaySnapshot;
import org.lvs4j.netty.health.HealthMonitor;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.Sysctl;

/**
 * The first tier: a director with its relay, health checks and admin endpoint, as its configuration file says. This
 * class is what a program needs that embeds lvs4j. Thread-safe. Closing it releases every port.
 */
public final class ClusterDirector implements AutoCloseable {
    /** The firewall mark of HTTP and HTTPS. */
    public static final int MARK = 1;

    /** The service of that mark. */
    public static final ServiceKey SERVICE = ServiceKey.mark(MARK);

    private static final Duration CHECK_INTERVAL = Duration.ofSeconds(1);
    private static final Duration CHECK_TIMEOUT = Duration.ofSeconds(2);
    private static final ReleaseOnFailure RELEASE = new ReleaseOnFailure(Duration.ofSeconds(1));

    private final Path file;
    private final ConfigurationFormat format;
    private final Director director = Director.create();
    private final List<AutoCloseable> parts = new ArrayList<>();
    private final Relay relay;
    private final HealthMonitor monitor;
    private final @Nullable AdminServer admin;
    private boolean closed;

    private ClusterDirector(Builder builder) throws IOException, ConfigurationException {
        file = builder.file;
        format = ConfigurationFormat.of(file);
        try {
            // A connection to a server that is gone is ended, instead of waiting for its return.
            director.setSysctl(Sysctl.EXPIRE_NODEST_CONN, 1);
            HealthMonitor.Builder checks = HealthMonitor.builder(director).listener(builder.listener);
            if (format == ConfigurationFormat.KEEPALIVED) {
                KeepalivedConfiguration read = readKeepalived();
                director.apply(director.configuration().changesTo(read.startTable()));
                checks.configuration(read.health());
            } else {
                director.apply(director.configuration().changesTo(readRules()));
                checks.check(SERVICE, ClusterDirector::healthCheck).releaseOnFailure(SERVICE, RELEASE);
            }
            Relay.Builder relaying = Relay.builder(director);
            builder.listen.forEach(endpoint -> relaying.listen(Protocol.TCP, endpoint, MARK));
            relay = opened(relaying.start());
            monitor = opened(checks.start());
            admin = startAdmin(builder);
        } catch (DirectorException e) {
            close();
            throw new ConfigurationException(e);
        } catch (IOException | ConfigurationException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * A director that is to run a file.
     *
     * @param file in the language of keepalived if its name ends with {@code .conf}, else in that of ipvsadm-restore
     */
    public static Builder builder(Path file) {
        return new Builder(file);
    }

    private <T extends AutoCloseable> T opened(T part) {
        parts.add(part);
        return part;
    }

    private @Nullable AdminServer startAdmin(Builder builder) {
        if (builder.adminAddress == null) {
            return null;
        }
        AdminServer.Builder endpoint = AdminServer.builder(director)
                .listen(builder.adminAddress)
                .relay(relay)
                .healthMonitor(monitor);
        if (builder.adminToken != null) {
            endpoint.token(builder.adminToken);
        }
        return opened(endpoint.start());
    }

    /** The checks of rules, which have no words for them: those of the other file. */
    private static HttpCheck healthCheck(RealServer server) {
        CheckSchedule schedule = CheckSchedule.builder()
                .interval(CHECK_INTERVAL)
                .retryInterval(CHECK_INTERVAL)
                .retries(1)
                .warmup(CHECK_INTERVAL)
                .build();
        return HttpCheck.of(ProbeTarget.of(server.endpoint()).withTimeout(CHECK_TIMEOUT), schedule, "/health");
    }

    private KeepalivedConfiguration readKeepalived() throws IOException, ConfigurationException {
        try {
            return KeepalivedFile.parse(
                    file.toString(), Files.readString(file, StandardCharsets.UTF_8), KeepalivedOptions.DEFAULT);
        } catch (KeepalivedException e) {
            throw new ConfigurationException(e.all());
        }
    }

    private DirectorConfiguration readRules() throws IOException, ConfigurationException {
        try {
            return Rules.parseUtf8(Files.readAllBytes(file), file.toString())
                    .replacing(director.configuration(), director);
        } catch (RuleException e) {
            throw new ConfigurationException(e.all());
        }
    }

    /**
     * Reads the file again and makes the differences; what stays the same notices nothing.
     *
     * @throws ConfigurationException with every error of the file; nothing has changed then
     */
    public synchronized void reload() throws IOException, ConfigurationException {
        try {
            if (format == ConfigurationFormat.KEEPALIVED) {
                monitor.reload(readKeepalived().health());
                return;
            }
            DirectorConfiguration wanted = readRules();
            DirectorConfiguration.Service service = wanted.service(SERVICE);
            if (service == null) {
                throw new ConfigurationException(
                        new IllegalArgumentException(file + ": expected the service of firewall mark " + MARK));
            }
            director.editService(service.service());
            // The monitor keeps the list, so that a server that is down does not come back by a reload.
            monitor.setServers(SERVICE, service.servers());
        } catch (DirectorException e) {
            throw new ConfigurationException(e);
        }
    }

    /** The director, for reading. */
    public Director director() {
        return director;
    }

    /** The service as it is now. */
    public ServiceSnapshot service() {
        ServiceSnapshot service = director.service(SERVICE);
        if (service == null) {
            throw new IllegalStateException("the service of firewall mark " + MARK + " has been removed");
        }
        return service;
    }

    /** The counters of the relay. */
    public RelaySnapshot relay() {
        return relay.snapshot();
    }

    /** Drains a server. */
    public Drain drain(Endpoint server, Duration deadline) {
        return director.drain(SERVICE, server, DrainOptions.within(deadline));
    }

    /** The URL of the dashboard; null without an admin endpoint. */
    public @Nullable String adminAddress() {
        return admin == null ? null : admin.address();
    }

    /** Stops it in order: idle connections are closed, the others may go on until a deadline. */
    public void stop(Duration deadline) {
        relay.drain(deadline);
        close();
    }

    /** Stops it: open connections are ended. Idempotent. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        Collections.reverse(parts);
        for (AutoCloseable part : parts) {
            try {
                part.close();
            } catch (Exception e) {
                System.err.println("could not close " + part + ": " + e);
            }
        }
    }

    /** The options of a director. */
    public static final class Builder {
        private final Path file;
        private final List<Endpoint> listen = new ArrayList<>();
        private @Nullable String adminAddress;
        private @Nullable String adminToken;
        private Consumer<? super HealthEvent> listener = event -> {};

        private Builder(Path file) {
            this.file = file;
        }

        /** Adds an address whose clients get the mark. */
        public Builder listen(Endpoint endpoint) {
            listen.add(endpoint);
            return this;
        }

        /**
         * Where metrics, the JSON API and the dashboard are served; without it nowhere.
         *
         * @param token what changes over it need; null for none, so that it can only be read
         */
        public Builder admin(String address, @Nullable String token) {
            adminAddress = address;
            adminToken = token;
            return this;
        }

        /** Who is told about changes of health. */
        public Builder listener(Consumer<? super HealthEvent> receiver) {
            listener = receiver;
            return this;
        }

        /**
         * Starts the director.
         *
         * @throws ConfigurationException with every error of the file
         * @throws org.lvs4j.netty.RelayException if an address cannot be listened at
         */
        public ClusterDirector start() throws IOException, ConfigurationException {
            return new ClusterDirector(this);
        }
    }
}
