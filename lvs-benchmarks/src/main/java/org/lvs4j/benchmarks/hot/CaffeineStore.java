package org.lvs4j.benchmarks.hot;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import org.lvs4j.net.Flow;

/**
 * A cache that forgets what has been idle for 15 minutes. Its upkeep is done by the thread that causes it: elsewhere
 * nobody would count it.
 */
final class CaffeineStore implements ConnectionStore {
    private static final Duration IDLE = Duration.ofMinutes(15);

    private final Cache<Key, Placed> connections;

    CaffeineStore(Clock clock) {
        connections = Caffeine.newBuilder()
                .expireAfterAccess(IDLE)
                .ticker(clock::getAsLong)
                .executor(Runnable::run)
                .build();
    }

    @Override
    public int follow(Flow flow) {
        Placed placed = connections.getIfPresent(Key.of(flow));
        return placed == null ? -1 : placed.server;
    }

    @Override
    public void place(Flow flow) {
        connections.put(Key.of(flow), new Placed(MapStore.serverOf(flow)));
    }

    @Override
    public void end(Flow flow) {
        connections.invalidate(Key.of(flow));
    }

    @Override
    public long live() {
        connections.cleanUp();
        return connections.estimatedSize();
    }
}
