package org.lvs4j.scheduler;

import java.util.random.RandomGenerator;
import org.lvs4j.net.Flow;

/**
 * {@code twos}, the power of two choices: draws two servers with probabilities by weight, and chooses the one with less
 * load for its weight. Both draws may give the same server. The first draw wins a tie.
 *
 * <p>Random numbers are 0..sum of weights, both ends included, and 0 belongs to the first server as well, as in IPVS.
 * Loads are compared in 64 bits, so that great weights under great load do not overflow as they do in IPVS.
 *
 * <p>M. Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", IEEE Transactions on Parallel and
 * Distributed Systems 12(10), 2001.
 */
final class TwoChoices implements Scheduler {
    private final RandomGenerator random;

    TwoChoices(RandomGenerator random) {
        this.random = random;
    }

    @Override
    public int pick(Servers servers, Flow flow) {
        int size = servers.size();
        long total = 0;
        for (int i = 0; i < size; i++) {
            if (servers.available(i)) {
                total += servers.weight(i);
            }
        }
        if (total == 0) {
            return NONE;
        }
        long remaining1 = random.nextLong(total + 1);
        long remaining2 = random.nextLong(total + 1);
        int choice1 = NONE;
        int choice2 = NONE;
        boolean found1 = false;
        boolean found2 = false;
        // If a server has become overloaded since the first pass, a number may exceed the weights: the last available
        // server is the choice then.
        for (int i = 0; i < size && !(found1 && found2); i++) {
            if (servers.available(i)) {
                int weight = servers.weight(i);
                if (!found1) {
                    choice1 = i;
                    remaining1 -= weight;
                    found1 = remaining1 <= 0;
                }
                if (!found2) {
                    choice2 = i;
                    remaining2 -= weight;
                    found2 = remaining2 <= 0;
                }
            }
        }
        if (choice1 == NONE || choice1 == choice2) {
            return choice1;
        }
        long load1 = LoadMeasure.WEIGHTED_LEAST_CONNECTION.load(servers.connections(choice1));
        long load2 = LoadMeasure.WEIGHTED_LEAST_CONNECTION.load(servers.connections(choice2));
        return servers.weight(choice2) * load1 > servers.weight(choice1) * load2 ? choice2 : choice1;
    }

    @Override
    public double cost(Servers servers, int index, Flow flow) {
        return LoadMeasure.WEIGHTED_LEAST_CONNECTION.cost(servers, index);
    }
}
