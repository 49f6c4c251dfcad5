package org.lvs4j.benchmarks.hot;

/** Who keeps the connections. */
public enum StorePeer {
    /** This library, all of it: packets go through {@code Director.packet}. */
    LVS4J {
        @Override
        public ConnectionStore store(int connections, Clock clock) {
            return DirectorStore.of(Life.TCP, connections, clock);
        }
    },

    /** The connection table of this library alone: look-up, state and time; new connections and their ends by hand. */
    TABLE {
        @Override
        public ConnectionStore store(int connections, Clock clock) {
            return new TableStore(clock);
        }
    },

    /**
     * The limit of plain Java: a table of 64-byte buckets in one array, made for exactly so many connections, without any
     * synchronisation. Right as long as one thread writes.
     */
    PLAIN {
        @Override
        public ConnectionStore store(int connections, Clock clock) {
            return new PlainStore(connections, clock);
        }

        @Override
        public boolean manyWriters() {
            return false;
        }
    },

    /** A {@code ConcurrentHashMap} from records to small objects. It finds and that is all: no time stamp, no counters. */
    CHM {
        @Override
        public ConnectionStore store(int connections, Clock clock) {
            return new MapStore();
        }
    },

    /** Caffeine with {@code expireAfterAccess}: what it does by itself is the time stamp and the end. */
    CAFFEINE {
        @Override
        public ConnectionStore store(int connections, Clock clock) {
            return new CaffeineStore(clock);
        }
    },

    /** An object for each connection, as one would first write it: time stamp, state and counters are fields of it. */
    OBJECTS {
        @Override
        public ConnectionStore store(int connections, Clock clock) {
            return new ObjectStore(clock);
        }
    },

    /** Nothing: the cost of the benchmark itself, which makes a flow and calls. */
    NONE {
        @Override
        public ConnectionStore store(int connections, Clock clock) {
            return new EmptyStore();
        }
    };

    /** How many servers there are; new connections take turns. */
    static final int SERVERS = 100;

    /**
     * An empty store.
     *
     * @param connections how many it is to hold, which only a peer that cannot grow needs to know
     */
    public abstract ConnectionStore store(int connections, Clock clock);

    /** Whether several threads may place and end connections. */
    public boolean manyWriters() {
        return true;
    }
}
