package org.lvs4j.scheduler;

import java.util.random.RandomGenerator;
import org.lvs4j.net.Flow;

public final class RandomSchedulerProvider implements SchedulerProvider {
    @Override
    public String name() {
        return "random";
    }

    @Override
    public Scheduler create(Servers servers, SchedulerContext context) {
        return new RandomScheduler(context.random());
    }

    // Each available server with the same probability, regardless of its weight.
    private record RandomScheduler(RandomGenerator random) implements Scheduler {
        @Override
        public int pick(Servers servers, Flow flow) {
            int chosen = NONE;
            int available = 0;
            for (int i = 0; i < servers.size(); i++) {
                if (servers.available(i) && random.nextInt(++available) == 0) {
                    chosen = i;
                }
            }
            return chosen;
        }
    }
}
