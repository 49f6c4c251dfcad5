package org.lvs4j.netty.health;

import io.netty.channel.EventLoopGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.lvs4j.health.HealthConfiguration;
import org.lvs4j.health.HealthEngine;
import org.lvs4j.health.HealthEvent;
import org.lvs4j.netty.Transport;
import org.lvs4j.service.ServiceKey;

/**
 * The options of a monitor; {@link HealthMonitor.Builder} explains them. Immutable.
 *
 * @param group the application's event loops; null for loops of the monitor's own
 */
record MonitorOptions(
        HealthConfiguration configuration,
        Map<ServiceKey, AdoptedServices.Template> templates,
        List<Consumer<? super HealthEvent>> listeners,
        @Nullable EventLoopGroup group,
        Transport transport,
        int threads,
        int maxProbes,
        int maxPrograms,
        List<NotifyFifo> fifos,
        HealthEngine.Cleanup cleanup,
        boolean likeKeepalived22) {
    /**
     * Checks everything at once.
     *
     * @throws IllegalArgumentException naming every problem
     */
    MonitorOptions {
        List<String> problems = new ArrayList<>();
        check(problems, "threads", threads, 1, 4096);
        check(problems, "maximum of probes", maxProbes, 1, 1 << 20);
        check(problems, "maximum of programs", maxPrograms, 1, 1 << 16);
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("health monitor: " + String.join("; ", problems));
        }
    }

    private static void check(List<String> problems, String name, int value, int least, int most) {
        if (value < least || value > most) {
            problems.add(name + " " + value + " is outside " + least + ".." + most);
        }
    }
}
