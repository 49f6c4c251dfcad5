package org.lvs4j.scheduler;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The schedulers that a director can use, by name: the built-in ones, and those of the application that {@link
 * ServiceLoader} finds. Immutable.
 *
 * <p>The constants are the names of the built-in schedulers: fourteen of IPVS, which decide exactly as Linux 6.1 does,
 * and four that IPVS does not have. {@code docs/schedulers.md} describes each.
 */
public final class Schedulers {
    /** Round robin: each available server in turn, regardless of its weight. */
    public static final String RR = "rr";
    /** Weighted round robin: each available server as often per round as its weight. */
    public static final String WRR = "wrr";
    /** Least-connection: the server with the fewest connections, regardless of its weight. */
    public static final String LC = "lc";
    /** Weighted least-connection: the server with the fewest connections for its weight. The default of a service. */
    public static final String WLC = "wlc";
    /** Locality-based least-connection: a destination stays with one server until that is crowded. */
    public static final String LBLC = "lblc";
    /**
     * Locality-based least-connection with replication: a destination stays with a set of servers, which
     * grows under load.
     */
    public static final String LBLCR = "lblcr";
    /** Destination hashing: the server that the destination address hashes to. */
    public static final String DH = "dh";
    /** Source hashing: the server that the client's address hashes to. */
    public static final String SH = "sh";
    /** Shortest expected delay: the server with the fewest active connections for its weight, counting the new one. */
    public static final String SED = "sed";
    /** Never queue: a server without active connections if there is one, otherwise as {@link #SED}. */
    public static final String NQ = "nq";
    /** Weighted failover: the available server with the greatest weight gets every connection. */
    public static final String FO = "fo";
    /** Weighted overflow: servers are filled up to their weight one after another, the greatest weight first. */
    public static final String OVF = "ovf";
    /** Maglev hashing: the server that the client's address hashes to; few clients move when a server leaves. */
    public static final String MH = "mh";
    /** Power of two choices: the less loaded of two servers drawn at random. */
    public static final String TWOS = "twos";
    /** Maglev hashing that depends neither on the order of the servers nor on quiesced ones. Not part of IPVS. */
    public static final String MH_STABLE = "mh-stable";
    /** Maglev hashing with bounded loads: no server exceeds 1.25 times its share. Not part of IPVS. */
    public static final String MH_BOUNDED = "mh-bounded";
    /** Weighted rendezvous hashing: only the clients of a server that leaves move. Not part of IPVS. */
    public static final String RENDEZVOUS = "rendezvous";
    /** The server with the lowest measured latency for its active connections and weight. Not part of IPVS. */
    public static final String PEAK_EWMA = "peak-ewma";

    private static final Map<String, SchedulerProvider> BUILT_IN = builtIn();

    private final SortedMap<String, SchedulerProvider> byName;

    private Schedulers(SortedMap<String, SchedulerProvider> byName) {
        this.byName = byName;
    }

    private static Map<String, SchedulerProvider> builtIn() {
        Map<String, SchedulerProvider> table = new TreeMap<>();
        add(table, RR, (servers, context) -> new RoundRobin());
        add(table, WRR, (servers, context) -> WeightedRoundRobin.of(servers));
        add(table, LC, (servers, context) -> new LeastConnection());
        add(table, WLC, (servers, context) -> new WeightedLeastConnection());
        add(table, LBLC, (servers, context) -> new LocalityLeastConnection(context));
        add(table, LBLCR, (servers, context) -> new ReplicatedLocality(context));
        add(table, DH, (servers, context) -> new DestinationHashing(servers));
        add(table, SH, (servers, context) -> SourceHashing.of(servers, context.flags()));
        add(table, SED, (servers, context) -> new ShortestExpectedDelay());
        add(table, NQ, (servers, context) -> new NeverQueue());
        add(table, FO, (servers, context) -> new Failover());
        add(table, OVF, (servers, context) -> new Overflow());
        add(table, MH, (servers, context) -> MaglevHashing.of(MaglevHashing.Layout.IPVS, servers, context.flags()));
        add(table, TWOS, (servers, context) -> new TwoChoices(context.random()));
        add(
                table,
                MH_STABLE,
                (servers, context) -> MaglevHashing.of(MaglevHashing.Layout.STABLE, servers, context.flags()));
        add(table, MH_BOUNDED, (servers, context) -> BoundedMaglev.of(servers, context.flags()));
        add(table, RENDEZVOUS, (servers, context) -> RendezvousHashing.of(servers, context.flags()));
        add(table, PEAK_EWMA, PeakEwma::of);
        return table;
    }

    private static void add(Map<String, SchedulerProvider> table, String name, Factory factory) {
        table.put(name, new BuiltIn(name, factory));
    }

    /**
     * Finds the built-in schedulers and every provider that is visible to a class loader. A provider that is listed
     * twice counts once.
     *
     * @throws IllegalStateException if a provider has the name of a built-in scheduler or of another provider
     * @throws java.util.ServiceConfigurationError if a listed provider cannot be loaded
     */
    public static Schedulers load(ClassLoader loader) {
        SortedMap<String, SchedulerProvider> byName = new TreeMap<>(BUILT_IN);
        for (SchedulerProvider provider :
                ServiceLoader.load(SchedulerProvider.class, requireNonNull(loader, "loader"))) {
            String className = provider.getClass().getName();
            String name = requireNonNull(provider.name(), () -> className + ".name() is null");
            SchedulerProvider other = byName.putIfAbsent(name, provider);
            if (other instanceof BuiltIn) {
                throw new IllegalStateException(
                        "scheduler " + name + " is built in: " + className + " needs another name");
            }
            if (other != null && other.getClass() != provider.getClass()) {
                throw new IllegalStateException("two schedulers are called " + name + ": "
                        + other.getClass().getName() + " and " + className);
            }
        }
        return new Schedulers(byName);
    }

    /** The provider of a name, or null if there is none. */
    public @Nullable SchedulerProvider find(String name) {
        return byName.get(requireNonNull(name, "name"));
    }

    /** All names, sorted; unmodifiable. */
    public SortedSet<String> names() {
        return Collections.unmodifiableSortedSet(new TreeSet<>(byName.keySet()));
    }

    /** Creates a built-in scheduler. */
    @FunctionalInterface
    private interface Factory {
        Scheduler create(Servers servers, SchedulerContext context);
    }

    /** The provider of a built-in scheduler. */
    private record BuiltIn(String name, Factory factory) implements SchedulerProvider {
        @Override
        public Scheduler create(Servers servers, SchedulerContext context) {
            return factory.create(servers, context);
        }
    }
}
