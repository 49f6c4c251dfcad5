package org.lvs4j.scheduler;

import java.util.Set;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.service.SchedulerFlag;

/**
 * {@code rendezvous}, weighted rendezvous hashing: each server's score is a hash of the client's address and the
 * server's endpoint, and the server with the best score for its weight is chosen. When a server leaves, is quiesced or
 * overloaded, only its clients move, spread over the others by weight. Not part of IPVS.
 *
 * <p>{@link SchedulerFlag#PORT} hashes the client's port as well. A pick scans the list; there is no table.
 *
 * <p>D. Thaler and C. Ravishankar, "Using name-based mappings to increase hit rates", IEEE/ACM Transactions on
 * Networking 6(1), 1998. Weights by the logarithmic method of C. Schindelhauer and G. Schomaker, "Weighted Distributed
 * Hash Tables", SPAA 2005.
 */
final class RendezvousHashing implements Scheduler {
    private final long[] seeds;
    private final boolean port;

    private RendezvousHashing(long[] seeds, boolean port) {
        this.seeds = seeds;
        this.port = port;
    }

    static RendezvousHashing of(Servers servers, Set<SchedulerFlag> flags) {
        return new RendezvousHashing(seeds(servers), flags.contains(SchedulerFlag.PORT));
    }

    @Override
    public int pick(Servers servers, Flow flow) {
        long client = client(flow);
        int best = NONE;
        long bestScore = 0;
        long bestWeight = 0;
        double bestCost = Double.NaN;
        for (int i = 0; i < seeds.length; i++) {
            if (!servers.available(i)) {
                continue;
            }
            long score = score(client, seeds[i]);
            long weight = servers.weight(i);
            if (weight == bestWeight ? score > bestScore : best == NONE) {
                best = i;
                bestScore = score;
                bestWeight = weight;
                bestCost = Double.NaN;
            } else if (weight != bestWeight) {
                // Logarithms are expensive, and scores of equal weights compare without them.
                bestCost = Double.isNaN(bestCost) ? cost(bestScore, bestWeight) : bestCost;
                double cost = cost(score, weight);
                if (cost < bestCost) {
                    best = i;
                    bestScore = score;
                    bestWeight = weight;
                    bestCost = cost;
                }
            }
        }
        return best;
    }

    @Override
    public double cost(Servers servers, int index, Flow flow) {
        return cost(score(client(flow), seeds[index]), servers.weight(index));
    }

    private long client(Flow flow) {
        long address = mix(mix(flow.sourceHigh()) + flow.sourceLow());
        return port ? mix(address + flow.sourcePort()) : address;
    }

    /** A pseudorandom number of 53 bits. */
    private static long score(long client, long seed) {
        return mix(client ^ seed) >>> 11;
    }

    /**
     * Exponentially distributed with the weight as rate: the probability that a server has the least cost is its share
     * by weight.
     */
    private static double cost(long score, long weight) {
        return -Math.log((score + 0.5) * 0x1p-53) / weight;
    }

    /**
     * The finalizer of MurmurHash3 (A. Appleby, 2011): each bit of the input changes each bit of the output with
     * probability 1/2.
     */
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
    public Scheduler serverAdded(Servers servers) {
        return new RendezvousHashing(seeds(servers), port);
    }

    @Override
    public Scheduler serversAdded(Servers servers, int count) {
        return new RendezvousHashing(seeds(servers), port);
    }

    @Override
    public Scheduler serverRemoved(Servers servers, int index) {
        return new RendezvousHashing(seeds(servers), port);
    }

    @Override
    public Scheduler flagsChanged(Set<SchedulerFlag> flags) {
        return new RendezvousHashing(seeds, flags.contains(SchedulerFlag.PORT));
    }
}
