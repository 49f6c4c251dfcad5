package org.lvs4j.benchmarks.hot;

/** The connection stores that are measured. */
public enum StorePeer {
    /** The whole library: packets go through {@code FlowDispatcher.dispatch}. */
    LVS4J {
        @Override
        public ConnectionStore store(int connections, Clock clock) {
            return DirectorStore.of(Lifecycle.TCP, connections, clock);
        }
    },

    /**
     * The connection table of this library alone: look-up, state and time; the benchmark inserts
     * and removes connections.
     */
    TABLE {
        @Override
        public ConnectionStore store(int connections, Clock clock) {
            return new TableStore(clock);
        }
    },

    /**
     * The limit of plain Java: a table of 64-byte buckets in one array of the required size, without synchronisation.
     * Correct only with one writing thread.
     */
    PLAIN {
        @Override
        public ConnectionStore store(int connections, Clock clock) {
            return new PlainStore(connections, clock);
        }

        @Override
        public boolean concurrentWriters() {
            return false;
        }
    },

    /** A {@code ConcurrentHashMap} from records to small objects: look-up only, no time stamp, no counters. */
    CHM {
        @Override
        public ConnectionStore store(int connections, Clock clock) {
            return new MapStore();
        }
    },

    /** Caffeine with {@code expireAfterAccess}, which keeps the time stamp and expires entries. */
    CAFFEINE {
        @Override
        public ConnectionStore store(int connections, Clock clock) {
            return new CaffeineStore(clock);
        }
    },

    /** An object for each connection, with time stamp, state and counters as fields. */
    OBJECTS {
        @Override
        public ConnectionStore store(int connections, Clock clock) {
            return new ObjectStore(clock);
        }
    },

    /** Nothing: the cost of the benchmark itself, which computes a flow and makes a call. */
    NONE {
        @Override
        public ConnectionStore store(int connections, Clock clock) {
            return new EmptyStore();
        }
    };

    /** The number of servers; round robin. */
    static final int SERVERS = 100;

    /**
     * An empty store.
     *
     * @param connections the number of connections, for a store that cannot grow
     */
    public abstract ConnectionStore store(int connections, Clock clock);

    /** Whether several threads may open and end connections at the same time. */
    public boolean concurrentWriters() {
        return true;
    }
}
