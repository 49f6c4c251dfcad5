package org.lvs4j;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.LongSupplier;
import org.lvs4j.scheduler.Scheduler;
import org.lvs4j.service.VirtualService;

/**
 * The services some of whose servers are still below their configured weight. Guarded by the lock of the
 * {@link ServiceRegistry}, but for {@link #pending()}.
 */
final class SlowStarts {
    private final Duration defaultDuration;
    private final LongSupplier ticker;
    private final Set<ServiceState> services = new LinkedHashSet<>();

    // Written under the lock; volatile so that a thread sees without the lock that there is nothing to do.
    private volatile boolean pending;

    /**
     * No slow start in progress.
     *
     * @param defaultDuration of services that configure none; zero for no slow start
     */
    SlowStarts(Duration defaultDuration, LongSupplier ticker) {
        this.defaultDuration = defaultDuration;
        this.ticker = ticker;
    }

    /** The slow start of a service at the present time. */
    SlowStart of(VirtualService config) {
        Duration own = config.slowStart();
        return new SlowStart((own.isZero() ? defaultDuration : own).toNanos(), ticker.getAsLong());
    }

    /** Whether {@link #advance} has anything to do. Any thread may call this. */
    boolean pending() {
        return pending;
    }

    /** To be called when the servers of a service, or their weights, have changed. */
    void note(ServiceState service) {
        if (service.view().servers().starting()) {
            services.add(service);
            pending = true;
        }
    }

    /** Raises the weights of all servers that are still below their configured weight. */
    void advance() {
        for (Iterator<ServiceState> iterator = services.iterator(); iterator.hasNext(); ) {
            ServiceState service = iterator.next();
            if (service.view().servers().starting()) {
                try {
                    service.publish(reweighted(service.view()));
                } catch (RuntimeException | Error e) {
                    // A scheduler of a third party: its service is tried again in a second, the others are not
                    // affected.
                    Failures.report(e);
                }
            }
            if (!service.view().servers().starting()) {
                iterator.remove();
            }
        }
        pending = !services.isEmpty();
    }

    /** The view with the weights that its servers have now. */
    ServiceState.View reweighted(ServiceState.View view) {
        ServerPool pool = view.servers().withPresentWeights(of(view.config()));
        Scheduler scheduler = view.scheduler();
        for (int i = 0; i < pool.size() && scheduler != null; i++) {
            if (pool.weight(i) != view.servers().weight(i)) {
                scheduler = scheduler.serverEdited(pool, i);
            }
        }
        return view.with(pool, scheduler);
    }
}
