package org.lvs4j.netty.tun;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.IpAddress;

/**
 * The director's own address towards each server, as the kernel's routes choose it. A server is looked up once. Since
 * routes may change afterwards, each update looks up a few servers again, and all of them if one of the answers
 * differs. Not thread-safe.
 */
final class SourceAddresses {
    private final Function<IpAddress, @Nullable IpAddress> lookup;
    private final NavigableMap<IpAddress, IpAddress> masqueraded = new TreeMap<>();
    private final NavigableMap<IpAddress, IpAddress> tunnelled = new TreeMap<>();
    private final NavigableSet<Need> unknown = new TreeSet<>();
    private AddressTable<IpAddress> table = AddressTable.empty();

    /**
     * No servers yet.
     *
     * @param lookup the source address towards a destination, or null if there is no route
     */
    SourceAddresses(Function<IpAddress, @Nullable IpAddress> lookup) {
        this.lookup = lookup;
    }

    /** The source address towards each server that has one. */
    AddressTable<IpAddress> table() {
        return table;
    }

    /** The source address of a family towards destinations that are no servers, or null if there is none. */
    @Nullable
    IpAddress fallback(AddressFamily family) {
        Map.Entry<IpAddress, IpAddress> first = first(masqueraded, family);
        if (first == null) {
            first = first(tunnelled, family);
        }
        return first == null ? null : first.getValue();
    }

    private static Map.@Nullable Entry<IpAddress, IpAddress> first(
            NavigableMap<IpAddress, IpAddress> sources, AddressFamily family) {
        Map.Entry<IpAddress, IpAddress> first = sources.ceilingEntry(IpAddress.of(family, 0, 0));
        return first != null && first.getKey().family() == family ? first : null;
    }

    /** Follows a change of the servers. Needs that are no servers are ignored. */
    void update(Collection<Need> removed, Collection<Need> added) {
        if (routesChanged()) {
            lookUpAll(removed, added);
            return;
        }
        List<IpAddress> gone = new ArrayList<>();
        for (Need need : removed) {
            NavigableMap<IpAddress, IpAddress> sources = of(need);
            if (sources != null) {
                unknown.remove(need);
                sources.remove(need.address());
                gone.add(need.address());
            }
        }
        Map<IpAddress, IpAddress> found = new HashMap<>();
        added.forEach(need -> lookUp(need, found));
        gone.removeIf(server -> masqueraded.containsKey(server) || tunnelled.containsKey(server));
        table = table.with(gone, found);
    }

    /** Looks up every server again. */
    void lookUpAll(Collection<Need> removed, Collection<Need> added) {
        Set<Need> all = new HashSet<>(unknown);
        masqueraded.keySet().forEach(server -> all.add(new Need(Need.Role.MASQUERADED, server)));
        tunnelled.keySet().forEach(server -> all.add(new Need(Need.Role.TUNNELLED, server)));
        removed.forEach(all::remove);
        all.addAll(added);
        masqueraded.clear();
        tunnelled.clear();
        unknown.clear();
        Map<IpAddress, IpAddress> found = new HashMap<>();
        all.forEach(need -> lookUp(need, found));
        table = AddressTable.<IpAddress>empty().with(List.of(), found);
    }

    private void lookUp(Need need, Map<IpAddress, IpAddress> found) {
        NavigableMap<IpAddress, IpAddress> sources = of(need);
        if (sources == null) {
            return;
        }
        IpAddress server = need.address();
        IpAddress known = masqueraded.getOrDefault(server, tunnelled.get(server));
        IpAddress source = known != null ? known : lookup.apply(server);
        if (source == null) {
            unknown.add(need);
        } else {
            sources.put(server, source);
            found.put(server, source);
        }
    }

    /** Whether the source address towards a sampled server has changed; the sample is the first server of each kind. */
    private boolean routesChanged() {
        boolean changed = !unknown.isEmpty() && lookup.apply(unknown.first().address()) != null;
        for (AddressFamily family : AddressFamily.values()) {
            changed |= differs(first(masqueraded, family)) || differs(first(tunnelled, family));
        }
        return changed;
    }

    private boolean differs(Map.@Nullable Entry<IpAddress, IpAddress> known) {
        return known != null && !Objects.equals(known.getValue(), lookup.apply(known.getKey()));
    }

    private @Nullable NavigableMap<IpAddress, IpAddress> of(Need need) {
        return switch (need.role()) {
            case MASQUERADED -> masqueraded;
            case TUNNELLED -> tunnelled;
            default -> null;
        };
    }
}
