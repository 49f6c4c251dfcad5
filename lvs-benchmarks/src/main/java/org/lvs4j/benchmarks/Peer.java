package org.lvs4j.benchmarks;

import java.util.Set;
import java.util.function.Supplier;
import org.lvs4j.net.Flow;
import org.lvs4j.scheduler.Scheduler;
import org.lvs4j.scheduler.Servers;

/** Who is measured. */
public enum Peer {
    /** This library. */
    LVS4J {
        @Override
        public Set<String> schedulers() {
            return ServerFixture.schedulers();
        }

        @Override
        Picker newPicker(String scheduler, ServerFixture farm) {
            Servers servers = farm.servers();
            Scheduler chosen = farm.scheduler(scheduler);
            return flow -> chosen.pick(servers, flow);
        }

        @Override
        Balancer newBalancer(String scheduler, ServerFixture farm) {
            return new DirectorBalancer(scheduler, farm);
        }

        @Override
        LoadedPicker newLoadedPicker(String scheduler, ServerFixture farm) {
            Servers servers = farm.servers();
            Scheduler chosen = farm.scheduler(scheduler);
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

    /** The same rules written down plainly: a monitor around a cursor, an object per server. The baseline. */
    PLAIN {
        @Override
        public Set<String> schedulers() {
            return PlainPicker.SCHEDULERS;
        }

        @Override
        Picker newPicker(String scheduler, ServerFixture farm) {
            return PlainPicker.of(scheduler, PlainServer.listOf(farm.servers()));
        }

        @Override
        Balancer newBalancer(String scheduler, ServerFixture farm) {
            return new PlainBalancer(scheduler, farm);
        }

        @Override
        LoadedPicker newLoadedPicker(String scheduler, ServerFixture farm) {
            PlainServer[] servers = PlainServer.listOf(farm.servers());
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

    /** grpc-java's {@code round_robin}, through its public picker. It balances calls: there is no connection to open. */
    GRPC {
        @Override
        public Set<String> schedulers() {
            return Set.of("rr");
        }

        @Override
        Picker newPicker(String scheduler, ServerFixture farm) {
            return new GrpcPicker(farm.servers().size());
        }
    },

    /** Armeria's round robin and weighted round robin. It chooses endpoints: there is no connection to open. */
    ARMERIA {
        @Override
        public Set<String> schedulers() {
            return ArmeriaPicker.SCHEDULERS;
        }

        @Override
        Picker newPicker(String scheduler, ServerFixture farm) {
            return ArmeriaPicker.of(scheduler, farm.servers());
        }
    },

    /** Vert.x's round robin and least requests. It chooses endpoints: there is no connection to open. */
    VERTX {
        @Override
        public Set<String> schedulers() {
            return VertxPicker.SCHEDULERS;
        }

        @Override
        Picker newPicker(String scheduler, ServerFixture farm) {
            return new VertxPicker(scheduler, farm.servers());
        }

        @Override
        LoadedPicker newLoadedPicker(String scheduler, ServerFixture farm) {
            return new VertxPicker(scheduler, farm.servers());
        }
    };

    /** The IPVS names of what it has. */
    public abstract Set<String> schedulers();

    abstract Picker newPicker(String scheduler, ServerFixture farm);

    Balancer newBalancer(String scheduler, ServerFixture farm) {
        throw new IllegalArgumentException(this + " does not keep connections");
    }

    LoadedPicker newLoadedPicker(String scheduler, ServerFixture farm) {
        throw new IllegalArgumentException(this + " does not go by loads");
    }

    /**
     * Builds a table of Maglev hashing each time it is asked.
     *
     * @throws IllegalArgumentException if it has none
     */
    Supplier<Object> maglev(int servers, int slots) {
        throw new IllegalArgumentException(this + " has no Maglev hashing");
    }

    /**
     * A picker over the servers of a farm.
     *
     * @throws IllegalArgumentException if it has no such scheduler
     */
    final Picker picker(String scheduler, ServerFixture farm) {
        requireScheduler(scheduler);
        return newPicker(scheduler, farm);
    }

    /**
     * A balancer over the servers of a farm.
     *
     * @throws IllegalArgumentException if it has no such scheduler or keeps no connections
     */
    final Balancer balancer(String scheduler, ServerFixture farm) {
        requireScheduler(scheduler);
        return newBalancer(scheduler, farm);
    }

    /**
     * A picker over the servers of a farm whose loads change.
     *
     * @throws IllegalArgumentException if it has no such scheduler or does not go by loads
     */
    final LoadedPicker loadedPicker(String scheduler, ServerFixture farm) {
        requireScheduler(scheduler);
        return newLoadedPicker(scheduler, farm);
    }

    private void requireScheduler(String scheduler) {
        if (!schedulers().contains(scheduler)) {
            throw new IllegalArgumentException(
                    this + " has no scheduler '" + scheduler + "', only " + String.join(", ", schedulers()));
        }
    }
}
