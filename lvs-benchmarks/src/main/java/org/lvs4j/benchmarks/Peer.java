package org.lvs4j.benchmarks;

import java.util.Set;
import org.lvs4j.scheduler.Scheduler;
import org.lvs4j.scheduler.Servers;

/** Who is measured. */
public enum Peer {
    /** This library. */
    LVS4J {
        @Override
        public Set<String> schedulers() {
            return Farm.schedulers();
        }

        @Override
        Picker newPicker(String scheduler, Farm farm) {
            Servers servers = farm.servers();
            Scheduler chosen = farm.scheduler(scheduler);
            return flow -> chosen.pick(servers, flow);
        }

        @Override
        Balancer newBalancer(String scheduler, Farm farm) {
            return new DirectorBalancer(scheduler, farm);
        }
    },

    /** The same rules written down plainly: a monitor around a cursor, an object per server. The baseline. */
    PLAIN {
        @Override
        public Set<String> schedulers() {
            return PlainPicker.SCHEDULERS;
        }

        @Override
        Picker newPicker(String scheduler, Farm farm) {
            return PlainPicker.of(scheduler, PlainServer.listOf(farm.servers()));
        }

        @Override
        Balancer newBalancer(String scheduler, Farm farm) {
            return new PlainBalancer(scheduler, farm);
        }
    },

    /** grpc-java's {@code round_robin}, through its public picker. It balances calls: there is no connection to open. */
    GRPC {
        @Override
        public Set<String> schedulers() {
            return Set.of("rr");
        }

        @Override
        Picker newPicker(String scheduler, Farm farm) {
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
        Picker newPicker(String scheduler, Farm farm) {
            return ArmeriaPicker.of(scheduler, farm.servers());
        }
    };

    /** The IPVS names of what it has. */
    public abstract Set<String> schedulers();

    abstract Picker newPicker(String scheduler, Farm farm);

    Balancer newBalancer(String scheduler, Farm farm) {
        throw new IllegalArgumentException(this + " does not keep connections");
    }

    /**
     * A picker over the servers of a farm.
     *
     * @throws IllegalArgumentException if it has no such scheduler
     */
    final Picker picker(String scheduler, Farm farm) {
        requireScheduler(scheduler);
        return newPicker(scheduler, farm);
    }

    /**
     * A balancer over the servers of a farm.
     *
     * @throws IllegalArgumentException if it has no such scheduler or keeps no connections
     */
    final Balancer balancer(String scheduler, Farm farm) {
        requireScheduler(scheduler);
        return newBalancer(scheduler, farm);
    }

    private void requireScheduler(String scheduler) {
        if (!schedulers().contains(scheduler)) {
            throw new IllegalArgumentException(
                    this + " has no scheduler '" + scheduler + "', only " + String.join(", ", schedulers()));
        }
    }
}
