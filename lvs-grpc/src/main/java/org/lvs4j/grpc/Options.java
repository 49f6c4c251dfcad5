package org.lvs4j.grpc;

import io.grpc.Metadata;
import io.grpc.NameResolver.ConfigOrError;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.lvs4j.scheduler.Schedulers;
import org.lvs4j.service.SchedulerFlag;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/**
 * The options of the policy in the service config. Immutable.
 *
 * @param serviceName the name of the service in the director, or null for one that is derived from the channel
 * @param affinityHeader the header whose text is the affinity of a call, or null
 */
record Options(
        @Nullable String serviceName,
        String scheduler,
        int slowStartSeconds,
        int persistenceSeconds,
        Metadata.@Nullable Key<String> affinityHeader) {
    static final Options DEFAULT = new Options(null, Schedulers.TWOS, 0, 0, null);

    private static final String SERVICE = "service";
    private static final String SCHEDULER = "scheduler";
    private static final String SLOW_START = "slowStartSeconds";
    private static final String PERSISTENCE = "persistenceSeconds";
    private static final String HEADER = "affinityHeader";
    private static final Set<String> NAMES =
            new TreeSet<>(List.of(SERVICE, SCHEDULER, SLOW_START, PERSISTENCE, HEADER));

    /** The options of a JSON object, or an error that names every problem. */
    static ConfigOrError parse(Map<String, ?> config, Set<String> schedulers) {
        List<String> problems = new ArrayList<>();
        for (String name : config.keySet()) {
            if (!NAMES.contains(name)) {
                problems.add("unknown option '" + name + "', expected one of " + NAMES);
            }
        }
        String scheduler = text(config, SCHEDULER, problems);
        if (scheduler != null && !schedulers.contains(scheduler)) {
            problems.add("unknown scheduler '" + scheduler + "', expected one of " + schedulers);
        }
        Options options = new Options(
                text(config, SERVICE, problems),
                scheduler == null ? DEFAULT.scheduler : scheduler,
                seconds(config, SLOW_START, problems),
                seconds(config, PERSISTENCE, problems),
                header(config, problems));
        try {
            options.service(ServiceKey.named(options.serviceName == null ? LvsGrpc.POLICY : options.serviceName));
        } catch (IllegalArgumentException e) {
            problems.add(String.valueOf(e.getMessage()));
        }
        return problems.isEmpty()
                ? ConfigOrError.fromConfig(options)
                : ConfigOrError.fromError(Status.UNAVAILABLE.withDescription(
                        "options of the load balancing policy lvs: " + String.join("; ", problems)));
    }

    private static @Nullable String text(Map<String, ?> config, String name, List<String> problems) {
        Object value = config.get(name);
        if (value == null || value instanceof String) {
            return (String) value;
        }
        problems.add(name + " must be a string, not " + value);
        return null;
    }

    private static int seconds(Map<String, ?> config, String name, List<String> problems) {
        Object value = config.get(name);
        if (value instanceof Number number && number.doubleValue() == number.intValue()) {
            return number.intValue();
        }
        if (value != null) {
            problems.add(name + " must be a whole number of seconds, not " + value);
        }
        return 0;
    }

    private static Metadata.@Nullable Key<String> header(Map<String, ?> config, List<String> problems) {
        String name = text(config, HEADER, problems);
        try {
            return name == null ? null : Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
        } catch (IllegalArgumentException e) {
            problems.add(HEADER + " must be the name of a header of text, such as user-id: " + e.getMessage());
            return null;
        }
    }

    /**
     * The service of a key. A hashing scheduler falls back to another server if its choice has weight 0 or is drained: a call
     * has no other place to go.
     *
     * @throws IllegalArgumentException naming every value that is out of range
     */
    VirtualService service(ServiceKey key) {
        VirtualService.Builder service = VirtualService.builder(key)
                .scheduler(scheduler)
                .flag(SchedulerFlag.FALLBACK)
                .slowStart(Duration.ofSeconds(slowStartSeconds));
        return (persistenceSeconds == 0 ? service : service.persistent(persistenceSeconds)).build();
    }

    /** The weight of a server for which the name resolver gives none. */
    int defaultWeight() {
        return slowStartSeconds == 0 ? 1 : 100;
    }
}
