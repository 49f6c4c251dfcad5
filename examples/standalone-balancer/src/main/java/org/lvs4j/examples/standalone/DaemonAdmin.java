package org.lvs4j.examples.standalone;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.lvs4j.ConfigurationChange;
import org.lvs4j.DirectorConfiguration;
import org.lvs4j.ServiceEdit;
import org.lvs4j.admin.AdminControl;
import org.lvs4j.admin.AdminException;
import org.lvs4j.admin.AdminServer;
import org.lvs4j.config.RuleCommand;
import org.lvs4j.config.Rules;
import org.lvs4j.netty.RelayException;
import org.lvs4j.netty.tun.TunException;
import org.lvs4j.service.ServiceKey;

/** The admin endpoint of a daemon: changes go through its balancer, so that the plane serves what is changed. */
final class DaemonAdmin implements AutoCloseable {
    private static final long AGAIN_NANOS = Duration.ofMillis(50).toNanos();

    private final Balancer balancer;
    private final DaemonMetrics metrics;
    private final AdminServer server;
    private final DaemonHealth.Follower follower;

    private DaemonAdmin(Balancer balancer, DaemonMetrics metrics, AdminServer server) {
        this.balancer = balancer;
        this.metrics = metrics;
        this.server = server;
        follower = server::setHealthMonitor;
        balancer.followMonitor(follower);
    }

    /**
     * Starts the endpoint.
     *
     * @param metrics of the daemon, which the endpoint closes
     * @param patience how long to wait for the address, which another daemon may still have
     * @throws StartException if it cannot listen
     * @throws IllegalArgumentException if an option is wrong
     */
    static DaemonAdmin start(
            AdminOptions options,
            Balancer balancer,
            PlaneOptions plane,
            Reloader reloader,
            DaemonMetrics metrics,
            Duration patience)
            throws StartException {
        AdminServer.Builder builder = options.builder(balancer.director())
                .registry(metrics.registry())
                .control(new Control(balancer, plane, reloader))
                .readiness(() -> balancer.isDraining() ? "no new connections are accepted" : null);
        long deadlineNanos = System.nanoTime() + patience.toNanos();
        while (true) {
            try {
                return new DaemonAdmin(balancer, metrics, builder.start());
            } catch (AdminException e) {
                if (System.nanoTime() - deadlineNanos >= 0) {
                    throw new StartException(String.valueOf(e.getMessage()), e);
                }
                LockSupport.parkNanos(AGAIN_NANOS);
            }
        }
    }

    /** Where it listens, for the operator. */
    String address() {
        return server.address();
    }

    /** Ends the endpoint and the metrics. Idempotent. */
    @Override
    public void close() {
        balancer.unfollowMonitor(follower);
        server.close();
        metrics.close();
    }

    /** Changes a balancer. */
    private record Control(Balancer balancer, PlaneOptions plane, Reloader reloader) implements AdminControl {
        @Override
        public <E extends Exception> List<ConfigurationChange> change(ServiceKey key, ServiceEdit<E> edit) throws E {
            if (key instanceof ServiceKey.Named) {
                throw new AdminException(key + ": a service with a name has no address, so lvsd cannot serve it");
            }
            try {
                return balancer.change(key, service -> served(service, edit.edit(service)));
            } catch (RelayException e) {
                throw new AdminException(String.join("; ", e.problems()), e);
            } catch (TunException e) {
                throw new AdminException("the change was taken back: " + e.getMessage(), e);
            }
        }

        /** Refuses what the plane cannot serve. */
        private DirectorConfiguration.@Nullable Service served(
                DirectorConfiguration.@Nullable Service before, DirectorConfiguration.@Nullable Service after) {
            if (after != null) {
                DirectorConfiguration.Builder old = DirectorConfiguration.builder();
                if (before != null) {
                    old.addService(before.service()).setServers(before.key(), before.servers());
                }
                DirectorConfiguration wanted = DirectorConfiguration.builder()
                        .addService(after.service())
                        .setServers(after.key(), after.servers())
                        .build();
                for (RuleCommand command :
                        Rules.of(old.build().changesTo(wanted)).commands()) {
                    Unserved problem = plane.unserved(command);
                    if (problem != null) {
                        throw new AdminException(problem.toString());
                    }
                }
            }
            return after;
        }

        @Override
        public boolean canReload() {
            return true;
        }

        @Override
        public List<String> reload() {
            Answer answer = reloader.reload("admin endpoint");
            if (answer.exitCode() != Answer.OK) {
                throw new AdminException(answer.error().strip());
            }
            return answer.output().lines().skip(1).map(String::strip).toList();
        }
    }
}
