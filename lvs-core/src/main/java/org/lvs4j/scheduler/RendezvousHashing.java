package org.lvs4j.scheduler;

import java.util.Set;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.service.SchedulerFlag;

/**
 * {@code rendezvous}: each server draws a lot from the client's address and its own endpoint, and the best lot for its
 * weight wins. When a server leaves, is quiesced or overloaded, its clients alone move, spread over the others by weight.
 * Ours, not of IPVS.
 *
 * <p>{@link SchedulerFlag#PORT} hashes the client's port, too. A pick looks at every server, and there is no table.
 *
 * <p>Thaler and Ravishankar, "Using name-based mappings to increase hit rates", 1998; weights by the logarithmic method.
 */
final class RendezvousHashing implements Scheduler {
    private final long[] seeds;
    private final boolean port;

    private RendezvousHashing(long[] seeds, boolean port) {
        this.seeds = seeds;
        this.port = port;
    }

    @Override
    public int pick(Servers servers, Flow flow) {
        long client = client(flow);
        int best = NONE;
        long bestLot = 0;
        long bestWeight = 0;
        double bestCost = Double.NaN;
        for (int i = 0; i < seeds.length; i++) {
            if (!servers.available(i)) {
                continue;
            }
            long lot = lot(client, seeds[i]);
            long weight = servers.weight(i);
            if (weight == bestWeight ? lot > bestLot : best == NONE) {
                best = i;
                bestLot = lot;
                bestWeight = weight;
                bestCost = Double.NaN;
            } else if (weight != bestWeight) {
                // Logarithms are dear, and not needed to compare lots of equal weight.
                bestCost = Double.isNaN(bestCost) ? cost(bestLot, bestWeight) : bestCost;
                double cost = cost(lot, weight);
                if (cost < bestCost) {
                    best = i;
                    bestLot = lot;
                    bestWeight = weight;
                    bestCost = cost;
                }
            }
        }
        return best;
    }

    @Override
    public double cost(Servers servers, int index, Flow flow) {
        return cost(lot(client(flow), seeds[index]), servers.weight(index));
    }

    private long client(Flow flow) {
        long address = mix(mix(flow.sourceHigh()) + flow.sourceLow());
        return port ? mix(address + flow.sourcePort()) : address;
    }

    /** A number of 53 random bits. */
    private static long lot(long client, long seed) {
        return mix(client ^ seed) >>> 11;
    }

    /** An exponentially distributed number of that rate: the least of several falls to each by its weight. */
    private static double cost(long lot, long weight) {
        return -Math.log((lot + 0.5) * 0x1p-53) / weight;
    }

    /** The finisher of MurmurHash3: every bit of the input changes half of the output. */
    private static long mix(long value) {
        long mixed = (value ^ value >>> 33) * 0xFF51_AFD7_ED55_8CCDL;
        mixed = (mixed ^ mixed >>> 33) * 0xC4CE_B9FE_1A85_EC53L;
        return mixed ^ mixed >>> 33;
    }

    private static long[] seeds(Servers servers) {
        long[] seeds = new long[servers.size()];
        for (int i = 0; i < seeds.length; i++) {
            Endpoint endpoint = servers.server(i).endpoint();
            seeds[i] = mix(
                    mix(mix(endpoint.address().high() + 1) + endpoint.address().low()) + endpoint.port());
        }
        return seeds;
    }

    @Override
    public Scheduler added(Servers now) {
        return new RendezvousHashing(seeds(now), port);
    }

    @Override
    public Scheduler removed(Servers now, int index) {
        return new RendezvousHashing(seeds(now), port);
    }

    @Override
    public Scheduler flagged(Set<SchedulerFlag> flags) {
        return new RendezvousHashing(seeds, flags.contains(SchedulerFlag.PORT));
    }

    /** Makes {@code rendezvous} schedulers. */
    public static final class Provider implements SchedulerProvider {
        /** For {@link java.util.ServiceLoader}. */
        public Provider() {}

        @Override
        public String name() {
            return "rendezvous";
        }

        @Override
        public Scheduler create(Servers servers, SchedulerContext context) {
            return new RendezvousHashing(seeds(servers), context.flags().contains(SchedulerFlag.PORT));
        }
    }
}
