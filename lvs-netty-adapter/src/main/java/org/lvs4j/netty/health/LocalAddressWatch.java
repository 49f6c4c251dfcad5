package org.lvs4j.netty.health;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.lvs4j.health.HealthConfiguration;
import org.lvs4j.health.MonitoredService;
import org.lvs4j.net.IpAddress;
import org.lvs4j.netty.internal.Recurring;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;
import org.slf4j.Logger;

/**
 * Looks once a second which addresses of services with {@code ha_suspend} this host has, on a thread of its own that runs
 * only while there are any. Thread-safe.
 */
final class LocalAddressWatch implements AutoCloseable {
    private static final long PERIOD_MILLIS = 1000;

    /** Learns that an address is there, or is not any more. None is there at first. */
    @FunctionalInterface
    interface Listener {
        void changed(IpAddress address, boolean present);
    }

    private final Listener listener;
    private final Logger logger;

    // Guarded by this object.
    private Set<IpAddress> wanted = Set.of();
    private final Set<IpAddress> present = new HashSet<>();

    private @Nullable ScheduledThreadPoolExecutor thread;

    LocalAddressWatch(Listener listener, Logger logger) {
        this.listener = listener;
        this.logger = logger;
    }

    /** The addresses of a configuration that matter. */
    static Set<IpAddress> of(HealthConfiguration configuration) {
        Set<IpAddress> addresses = new HashSet<>();
        for (MonitoredService service : configuration.services()) {
            if (service.haSuspend()) {
                for (VirtualService each : service.services()) {
                    if (each.key() instanceof ServiceKey.Address address) {
                        addresses.add(address.endpoint().address());
                    }
                }
            }
        }
        return addresses;
    }

    /** Follows these addresses from now on, and reports those that are there before it returns. */
    synchronized void follow(Set<IpAddress> addresses) {
        for (IpAddress each : Set.copyOf(present)) {
            if (!addresses.contains(each)) {
                present.remove(each);
                listener.changed(each, false);
            }
        }
        wanted = addresses;
        if (addresses.isEmpty()) {
            end();
            return;
        }
        Runnable look = Recurring.of(this::look, logger, "the addresses of this host cannot be read");
        look.run();
        if (thread == null) {
            thread = new ScheduledThreadPoolExecutor(1, new DefaultThreadFactory("lvs-health-addresses", true));
            thread.scheduleWithFixedDelay(look, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private synchronized void look() {
        Set<IpAddress> found = new HashSet<>();
        try {
            NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .forEach(each -> found.add(IpAddress.of(each)));
        } catch (SocketException e) {
            logger.debug("this host has no network interface: {}", e.getMessage());
        }
        for (IpAddress each : wanted) {
            if (found.contains(each) ? present.add(each) : present.remove(each)) {
                listener.changed(each, present.contains(each));
            }
        }
    }

    private void end() {
        ScheduledThreadPoolExecutor running = thread;
        if (running != null) {
            thread = null;
            running.shutdownNow();
        }
    }

    @Override
    public synchronized void close() {
        end();
    }
}
