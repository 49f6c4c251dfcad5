package org.lvs4j.benchmarks.hot;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import org.lvs4j.net.Flow;

/**
 * A cache that evicts connections idle for 15 minutes. Maintenance runs on the thread that causes it, so that the
 * benchmark counts it.
 */
final class CaffeineStore implements ConnectionStore {
    private static final Duration IDLE = Duration.ofMinutes(15);

    private final Cache<Key, MapValue> connections;

    CaffeineStore(Clock clock) {
        connections = Caffeine.newBuilder()
                .expireAfterAccess(IDLE)
                .ticker(clock::getAsLong)
                .executor(Runnable::run)
                .build();
    }

    @Override
    public int follow(Flow flow) {
        MapValue value = connections.getIfPresent(Key.of(flow));
        return value == null ? -1 : value.server;
    }

    @Override
    public void place(Flow flow) {
        connections.put(Key.of(flow), new MapValue(MapStore.serverOf(flow)));
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
