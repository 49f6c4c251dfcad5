package org.lvs4j.netty.discovery;

import static java.util.Objects.requireNonNull;

import io.netty.handler.codec.dns.DnsRecordType;
import java.net.IDN;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.lvs4j.discovery.FoundServer;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;

/** Turns the records of a name into servers, without waiting. Thread-safe. */
final class DnsLookup {
    private static final int MAX_ALIASES = 8;
    /** How many targets are looked up at the same time. */
    private static final int LANES = 8;

    private static final String ROOT = ".";

    private final DnsClient client;
    private final DnsOptions options;

    DnsLookup(DnsClient client, DnsOptions options) {
        this.client = client;
        this.options = options;
    }

    /**
     * Servers in the order of their endpoints.
     *
     * @param ttl for how many seconds they count; -1 if no record tells
     */
    record Found(List<FoundServer> servers, long ttl) {}

    /** The answer at the end of a chain of aliases. */
    private record End(String name, DnsAnswer answer, long ttl) {}

    /** Addresses of a host. */
    private record Host(Set<IpAddress> addresses, long ttl) {}

    /** Looks up the servers; the result fails with a {@link DnsFailure}, perhaps within a {@link CompletionException}. */
    CompletableFuture<Found> servers() {
        // As in the records of the answer.
        String name = DnsAnswer.lowerCase(IDN.toASCII(options.name())) + ROOT;
        return options.port() == 0
                ? follow(name, DnsRecordType.SRV, -1, 0).thenCompose(this::targets)
                : host(name).thenApply(this::atPort);
    }

    private Found atPort(Host host) {
        return new Found(
                host.addresses().stream()
                        .sorted()
                        .map(address -> FoundServer.of(new Endpoint(address, options.port())))
                        .toList(),
                host.ttl());
    }

    private CompletableFuture<Host> host(String name) {
        CompletableFuture<Host> result = null;
        for (AddressFamily family : AddressFamily.values()) {
            if (wants(family)) {
                CompletableFuture<Host> next = host(name, family);
                result = result == null ? next : result.thenCombine(next, DnsLookup::both);
            }
        }
        return requireNonNull(result);
    }

    private boolean wants(AddressFamily family) {
        return options.family() == null || options.family() == family;
    }

    private CompletableFuture<Host> host(String name, AddressFamily family) {
        DnsRecordType type = family == AddressFamily.IPV4 ? DnsRecordType.A : DnsRecordType.AAAA;
        return follow(name, type, -1, 0).thenApply(end -> {
            Set<IpAddress> addresses = new LinkedHashSet<>();
            long ttl = end.ttl();
            for (DnsAnswer.Address found : end.answer().addresses()) {
                if (found.name().equals(end.name()) && found.address().family() == family) {
                    addresses.add(found.address());
                    ttl = least(ttl, found.ttl());
                }
            }
            return new Host(
                    addresses, addresses.isEmpty() ? least(ttl, end.answer().negativeTtl()) : ttl);
        });
    }

    /** The missing addresses of one family do not shorten the time for which those of the other count. */
    private static Host both(Host one, Host other) {
        if (one.addresses().isEmpty() != other.addresses().isEmpty()) {
            return one.addresses().isEmpty() ? other : one;
        }
        Set<IpAddress> addresses = new LinkedHashSet<>(one.addresses());
        addresses.addAll(other.addresses());
        return new Host(addresses, least(one.ttl(), other.ttl()));
    }

    /** Asks for a name, and for those to which it is an alias if the name server does not follow them itself. */
    private CompletableFuture<End> follow(String name, DnsRecordType type, long ttl, int aliases) {
        return client.ask(name, type).thenCompose(answer -> {
            String at = name;
            long least = ttl;
            int followed = aliases;
            for (DnsAnswer.Alias alias = answer.aliases().get(at);
                    alias != null;
                    alias = answer.aliases().get(at)) {
                if (++followed > MAX_ALIASES) {
                    return CompletableFuture.failedFuture(new DnsFailure(
                            options.name() + ": more than " + MAX_ALIASES + " aliases, or a circle", null));
                }
                least = least(least, alias.ttl());
                at = alias.name();
            }
            boolean ends = at.equals(name) || answer.negativeTtl() >= 0 || has(answer, at);
            return ends
                    ? CompletableFuture.completedFuture(new End(at, answer, least))
                    : follow(at, type, least, followed);
        });
    }

    private static boolean has(DnsAnswer answer, String name) {
        return answer.addresses().stream().anyMatch(found -> found.name().equals(name))
                || answer.targets().stream().anyMatch(found -> found.name().equals(name));
    }

    private CompletableFuture<Found> targets(End end) {
        List<DnsAnswer.Target> targets = end.answer().targets().stream()
                .filter(target -> target.name().equals(end.name())
                        && target.port() != 0
                        && !target.host().equals(ROOT))
                .toList();
        int lowest = targets.stream().mapToInt(DnsAnswer.Target::priority).min().orElse(0);
        List<DnsAnswer.Target> chosen =
                targets.stream().filter(target -> target.priority() == lowest).toList();
        if (chosen.isEmpty()) {
            return CompletableFuture.completedFuture(
                    new Found(List.of(), least(end.ttl(), end.answer().negativeTtl())));
        }
        return hosts(end.answer(), chosen).thenApply(hosts -> servers(end.ttl(), chosen, hosts));
    }

    /** The addresses of each target that exists. */
    private CompletableFuture<Map<String, Host>> hosts(DnsAnswer answer, List<DnsAnswer.Target> targets) {
        Map<String, Host> hosts = new TreeMap<>();
        for (DnsAnswer.Address found : answer.additional()) {
            if (wants(found.address().family())) {
                hosts.merge(found.name(), new Host(Set.of(found.address()), found.ttl()), DnsLookup::both);
            }
        }
        List<String> missing = targets.stream()
                .map(DnsAnswer.Target::host)
                .distinct()
                .filter(host -> !hosts.containsKey(host))
                .toList();
        List<CompletableFuture<?>> lanes = new ArrayList<>();
        for (int lane = 0; lane < Math.min(LANES, missing.size()); lane++) {
            CompletableFuture<?> last = CompletableFuture.completedFuture(null);
            for (int i = lane; i < missing.size(); i += LANES) {
                String host = missing.get(i);
                last = last.thenCompose(before -> existing(host)).thenAccept(found -> {
                    synchronized (hosts) {
                        if (found != null) {
                            hosts.put(host, found);
                        }
                    }
                });
            }
            lanes.add(last);
        }
        return CompletableFuture.allOf(lanes.toArray(CompletableFuture[]::new)).thenApply(all -> {
            synchronized (hosts) {
                if (targets.stream().noneMatch(target -> hosts.containsKey(target.host()))) {
                    throw new CompletionException(
                            DnsFailure.nameMissing(options.name() + ": none of the targets of its SRV records exists"));
                }
                return hosts;
            }
        });
    }

    /** The addresses of a host, or null if there is no such name. */
    private CompletableFuture<@Nullable Host> existing(String host) {
        return host(host).handle((found, failure) -> {
            if (failure == null) {
                return found;
            }
            if (DnsSubscription.cause(failure) instanceof DnsFailure why && why.isNameMissing()) {
                return null;
            }
            throw new CompletionException(DnsSubscription.cause(failure));
        });
    }

    private static Found servers(long start, List<DnsAnswer.Target> targets, Map<String, Host> hosts) {
        boolean weighted = targets.stream().anyMatch(target -> target.weight() > 0);
        Map<Endpoint, Integer> weights = new TreeMap<>(Comparator.naturalOrder());
        long ttl = start;
        for (DnsAnswer.Target target : targets) {
            ttl = least(ttl, target.ttl());
            Host host = hosts.get(target.host());
            if (host != null) {
                ttl = least(ttl, host.ttl());
                for (IpAddress address : host.addresses()) {
                    weights.merge(new Endpoint(address, target.port()), weighted ? target.weight() : 1, Math::max);
                }
            }
        }
        List<FoundServer> servers = new ArrayList<>();
        weights.forEach((endpoint, weight) -> servers.add(FoundServer.of(endpoint, weight)));
        return new Found(servers, ttl);
    }

    private static long least(long one, long other) {
        return one < 0 ? other : other < 0 ? one : Math.min(one, other);
    }
}
