package org.lvs4j.benchmarks;

import java.util.Set;
import java.util.function.Supplier;
import org.lvs4j.net.Flow;
import org.lvs4j.scheduler.Scheduler;
import org.lvs4j.scheduler.Servers;

/** The balancers that are measured. */
public enum Peer {
    /** This library. */
    LVS4J {
        @Override
        public Set<String> schedulers() {
            return ServerFixture.schedulers();
        }

        @Override
        Picker newPicker(String scheduler, ServerFixture fixture) {
            Servers servers = fixture.servers();
            Scheduler chosen = fixture.scheduler(scheduler);
            return flow -> chosen.pick(servers, flow);
        }

        @Override
        Balancer newBalancer(String scheduler, ServerFixture fixture) {
            return new DirectorBalancer(scheduler, fixture);
        }

        @Override
        LoadedPicker newLoadedPicker(String scheduler, ServerFixture fixture) {
            Servers servers = fixture.servers();
            Scheduler chosen = fixture.scheduler(scheduler);
            LiveLoad load = new LiveLoad(servers);
            return new LoadedPicker() {
                @Override
                public int take(Flow flow, int ticket) {
                    int index = chosen.pick(servers, flow);
                    load.bind(index);
                    return index;
                }

                @Override
                public void release(int index, int ticket) {
                    load.release(index);
                }
            };
        }

        @Override
        Supplier<Object> maglev(int servers, int slots) {
            return MaglevAccess.builder(servers, slots);
        }
    },

    /** The same rules in their simplest form: a monitor around a cursor, an object per server. The baseline. */
    PLAIN {
        @Override
        public Set<String> schedulers() {
            return PlainPicker.SCHEDULERS;
        }

        @Override
        Picker newPicker(String scheduler, ServerFixture fixture) {
            return PlainPicker.of(scheduler, PlainServer.listOf(fixture.servers()));
        }

        @Override
        Balancer newBalancer(String scheduler, ServerFixture fixture) {
            return new PlainBalancer(scheduler, fixture);
        }

        @Override
        LoadedPicker newLoadedPicker(String scheduler, ServerFixture fixture) {
            PlainServer[] servers = PlainServer.listOf(fixture.servers());
            Picker picker = PlainPicker.of(scheduler, servers);
            return new LoadedPicker() {
                @Override
                public int take(Flow flow, int ticket) {
                    int index = picker.pick(flow);
                    servers[index].active.incrementAndGet();
                    return index;
                }

                @Override
                public void release(int index, int ticket) {
                    servers[index].active.decrementAndGet();
                }
            };
        }

        @Override
        Supplier<Object> maglev(int servers, int slots) {
            return () -> PlainMaglev.build(servers, slots);
        }
    },

    /** The {@code round_robin} of grpc-java, through its public picker. It balances calls and opens no connections. */
    GRPC {
        @Override
        public Set<String> schedulers() {
            return Set.of("rr");
        }

        @Override
        Picker newPicker(String scheduler, ServerFixture fixture) {
            return new GrpcPicker(fixture.servers().size());
        }
    },

    /** The round robin and weighted round robin of Armeria. It chooses endpoints and opens no connections. */
    ARMERIA {
        @Override
        public Set<String> schedulers() {
            return ArmeriaPicker.SCHEDULERS;
        }

        @Override
        Picker newPicker(String scheduler, ServerFixture fixture) {
            return ArmeriaPicker.of(scheduler, fixture.servers());
        }
    },

    /** The round robin and least requests of Vert.x. It chooses endpoints and opens no connections. */
    VERTX {
        @Override
        public Set<String> schedulers() {
            return VertxPicker.SCHEDULERS;
        }

        @Override
        Picker newPicker(String scheduler, ServerFixture fixture) {
            return new VertxPicker(scheduler, fixture.servers());
        }

        @Override
        LoadedPicker newLoadedPicker(String scheduler, ServerFixture fixture) {
            return new VertxPicker(scheduler, fixture.servers());
        }
    };

    /** The IPVS names of its schedulers. */
    public abstract Set<String> schedulers();

    abstract Picker newPicker(String scheduler, ServerFixture fixture);

    Balancer newBalancer(String scheduler, ServerFixture fixture) {
        throw new IllegalArgumentException(this + " does not keep connections");
    }

    LoadedPicker newLoadedPicker(String scheduler, ServerFixture fixture) {
        throw new IllegalArgumentException(this + " does not choose by load");
    }

    /**
     * A supplier that builds a new table of Maglev hashing at each call.
     *
     * @throws IllegalArgumentException if the peer has no Maglev hashing
     */
    Supplier<Object> maglev(int servers, int slots) {
        throw new IllegalArgumentException(this + " has no Maglev hashing");
    }

    /**
     * A picker over the servers of a fixture.
     *
     * @throws IllegalArgumentException if the peer has no such scheduler
     */
    final Picker picker(String scheduler, ServerFixture fixture) {
        requireScheduler(scheduler);
        return newPicker(scheduler, fixture);
    }

    /**
     * A balancer over the servers of a fixture.
     *
     * @throws IllegalArgumentException if the peer has no such scheduler or does not keep connections
     */
    final Balancer balancer(String scheduler, ServerFixture fixture) {
        requireScheduler(scheduler);
        return newBalancer(scheduler, fixture);
    }

    /**
     * A picker that changes the loads of the servers of a fixture.
     *
     * @throws IllegalArgumentException if the peer has no such scheduler or does not choose by load
     */
    final LoadedPicker loadedPicker(String scheduler, ServerFixture fixture) {
        requireScheduler(scheduler);
        return newLoadedPicker(scheduler, fixture);
    }

    private void requireScheduler(String scheduler) {
        if (!schedulers().contains(scheduler)) {
            throw new IllegalArgumentException(
                    this + " has no scheduler '" + scheduler + "', only " + String.join(", ", schedulers()));
        }
    }
}
