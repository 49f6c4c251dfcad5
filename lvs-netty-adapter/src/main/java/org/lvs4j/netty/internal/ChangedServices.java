package org.lvs4j.netty.internal;

import static java.util.Objects.requireNonNull;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.lvs4j.ConfigurationChange;
import org.lvs4j.ConfigurationListener;
import org.lvs4j.Director;
import org.lvs4j.DirectorConfiguration;
import org.lvs4j.service.ServiceKey;

/**
 * Collects the keys of the services that have changed since a plane last followed the configuration of its director, so
 * that the cost of the plane's next refresh depends on the changes, not on the size of the configuration. At first
 * every service counts as changed.
 *
 * <p>Guarantees: thread-safe. A change is collected before the director's method that makes it returns. A key that is
 * taken while its service changes is either taken with the change already made, or collected once more. Progress:
 * blocking, for the time of one insertion into a set.
 */
public final class ChangedServices implements AutoCloseable {
    private final Director director;
    private final Function<ConfigurationChange, @Nullable ServiceKey> affected;
    private final Runnable collected;
    private final ConfigurationListener listener = this::collect;

    // Guarded by this object.
    private Set<ServiceKey> keys = new LinkedHashSet<>();

    private ChangedServices(
            Director director, Function<ConfigurationChange, @Nullable ServiceKey> affected, Runnable collected) {
        this.director = director;
        this.affected = affected;
        this.collected = collected;
    }

    /**
     * Starts to collect; {@link #close()} ends it.
     *
     * @param affected maps a change to the service for which the plane has to do something, or to null if there is
     *     none. Called under the director's change lock
     */
    public static ChangedServices of(Director director, Function<ConfigurationChange, @Nullable ServiceKey> affected) {
        return of(director, affected, () -> {});
    }

    /**
     * Starts to collect, and reports that there is something to take; {@link #close()} ends it.
     *
     * @param affected as for {@link #of(Director, Function)}
     * @param collected called after a key has been collected, under the director's change lock
     */
    public static ChangedServices of(
            Director director, Function<ConfigurationChange, @Nullable ServiceKey> affected, Runnable collected) {
        ChangedServices changed = new ChangedServices(
                requireNonNull(director, "director"),
                requireNonNull(affected, "affected"),
                requireNonNull(collected, "collected"));
        // Before the services are listed: a change between the two is collected twice, not missed.
        director.addListener(changed.listener);
        for (DirectorConfiguration.Service service : director.configuration().services()) {
            changed.add(service.key());
        }
        return changed;
    }

    private void collect(ConfigurationChange change) {
        ServiceKey key = affected.apply(change);
        if (key != null) {
            add(key);
            collected.run();
        }
    }

    private synchronized void add(ServiceKey key) {
        keys.add(key);
    }

    /** Removes and returns the keys collected so far, in the order of their first change. The caller owns the set. */
    public synchronized Set<ServiceKey> take() {
        Set<ServiceKey> taken = keys;
        keys = new LinkedHashSet<>();
        return taken;
    }

    /** Collects again the keys of services that could not be followed. */
    public synchronized void putBack(Collection<ServiceKey> notFollowed) {
        keys.addAll(notFollowed);
    }

    /** Stops collecting: the director no longer refers to this object. Idempotent. */
    @Override
    public void close() {
        director.removeListener(listener);
    }
}
