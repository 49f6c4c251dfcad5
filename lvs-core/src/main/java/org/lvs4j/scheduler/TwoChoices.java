package org.lvs4j.scheduler;

import java.util.random.RandomGenerator;
import org.lvs4j.net.Flow;

/**
 * {@code twos}, the power of two choices: two servers are drawn by weight, and the one with less load for its weight
 * gets the connection. Both may be the same server; the first drawn wins a tie.
 *
 * <p>Lots are drawn from 0 to the sum of all weights inclusive, where 0 falls to the first server as well, as in IPVS. Loads
 * are compared in 64 bits, so that heavy servers under heavy load do not overflow as they do there.
 */
final class TwoChoices implements Scheduler {
    private final RandomGenerator random;

    private TwoChoices(RandomGenerator random) {
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
        long lot1 = random.nextLong(total + 1);
        long lot2 = random.nextLong(total + 1);
        int choice1 = NONE;
        int choice2 = NONE;
        boolean drawn1 = false;
        boolean drawn2 = false;
        // A server that became overloaded since the first walk makes the lots run out: the last one seen then stands
        // in.
        for (int i = 0; i < size && !(drawn1 && drawn2); i++) {
            if (servers.available(i)) {
                int weight = servers.weight(i);
                if (!drawn1) {
                    choice1 = i;
                    lot1 -= weight;
                    drawn1 = lot1 <= 0;
                }
                if (!drawn2) {
                    choice2 = i;
                    lot2 -= weight;
                    drawn2 = lot2 <= 0;
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

    /** Makes {@code twos} schedulers. */
    public static final class Provider implements SchedulerProvider {
        /** For {@link java.util.ServiceLoader}. */
        public Provider() {}

        @Override
        public String name() {
            return "twos";
        }

        @Override
        public Scheduler create(Servers servers, SchedulerContext context) {
            return new TwoChoices(context.random());
        }
    }
}
