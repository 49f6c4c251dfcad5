package org.lvs4j.netty.tun;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.IpAddress;

/**
 * The prefixes of source addresses by which the answers of the masqueraded servers of a family go into the device.
 *
 * <p>The kernel compares each packet with its rules one after the other, and inserting a rule walks all the others. So
 * there is one rule for each server only while there are few servers. With more of them, one shorter length applies to
 * the whole family: the longest of a fixed list at which at most {@value #MOST} prefixes contain all servers. Longer
 * prefixes return when there are at most {@value #FEW} of them, so that one server more or less does not exchange all
 * rules again and again. If the shortest length has too many prefixes, it applies nevertheless.
 *
 * <p>Packets of other hosts within a prefix go into the device, too, and leave it unchanged.
 *
 * <p>The cost of a change depends on the changed servers and the number of lengths; a change of the length adds the
 * cost of all prefixes before and after it, at most {@value #MOST} each but for a first change. Not thread-safe.
 */
final class AnswerPrefixes {
    static final int MOST = 256;
    static final int FEW = 128;

    private static final int[] LENGTHS_V4 = {32, 28, 24, 20, 16, 12, 8};
    private static final int[] LENGTHS_V6 = {128, 112, 96, 80, 64, 56, 48, 32};

    private final int[] lengths;
    // How many servers each prefix of the first length has, and how many prefixes of the length before each other one.
    private final List<Map<Prefix, Integer>> counts = new ArrayList<>();
    private int level;

    AnswerPrefixes(AddressFamily family) {
        lengths = family == AddressFamily.IPV4 ? LENGTHS_V4 : LENGTHS_V6;
        for (int i = 0; i < lengths.length; i++) {
            counts.add(new HashMap<>());
        }
    }

    /** For the same family, without servers, with the length of another object to begin with. */
    AnswerPrefixes(AnswerPrefixes before) {
        lengths = before.lengths;
        level = before.level;
        for (int i = 0; i < lengths.length; i++) {
            counts.add(new HashMap<>());
        }
    }

    /**
     * The difference that a change of the servers has made.
     *
     * @param arrived the servers that were added
     * @param left the servers that were removed
     * @param level the index of the length before the change
     * @param added the prefixes that are needed now, and were not before
     * @param removed the prefixes that are no longer needed
     */
    record Difference(
            Collection<IpAddress> arrived,
            Collection<IpAddress> left,
            int level,
            Set<Prefix> added,
            Set<Prefix> removed) {}

    /**
     * Follows a change of the servers.
     *
     * @param arrived servers that are added, each of them new
     * @param left servers that are removed, each of them known
     */
    Difference change(Collection<IpAddress> arrived, Collection<IpAddress> left) {
        Set<Prefix> added = new HashSet<>();
        Set<Prefix> removed = new HashSet<>();
        for (IpAddress server : left) {
            Prefix prefix = count(server, -1);
            if (prefix != null) {
                removed.add(prefix);
            }
        }
        for (IpAddress server : arrived) {
            Prefix prefix = count(server, 1);
            if (prefix != null && !removed.remove(prefix)) {
                added.add(prefix);
            }
        }
        int before = level;
        level = level();
        if (level != before) {
            Set<Prefix> old = new HashSet<>(counts.get(before).keySet());
            old.removeAll(added);
            old.addAll(removed);
            added = new HashSet<>(counts.get(level).keySet());
            removed = old;
        }
        return new Difference(arrived, left, before, added, removed);
    }

    /** Takes the latest change back. */
    void revert(Difference latest) {
        latest.arrived().forEach(server -> count(server, -1));
        latest.left().forEach(server -> count(server, 1));
        level = latest.level();
    }

    /**
     * Counts a server in, or out.
     *
     * @param change 1 or -1
     * @return its prefix of the present length if that has appeared, or disappeared; null if it has other servers
     */
    private @Nullable Prefix count(IpAddress server, int change) {
        Prefix changed = null;
        for (int i = 0; i < lengths.length; i++) {
            Prefix prefix = Prefix.of(server, lengths[i]);
            int count = counts.get(i).merge(prefix, change, Integer::sum);
            if (count == 0) {
                counts.get(i).remove(prefix);
            }
            if (count != Math.max(0, change)) {
                return changed;
            }
            changed = i == level ? prefix : changed;
        }
        return changed;
    }

    private int level() {
        int next = level;
        while (next < lengths.length - 1 && counts.get(next).size() > MOST) {
            next++;
        }
        while (next > 0 && counts.get(next - 1).size() <= FEW) {
            next--;
        }
        return next;
    }

    /** The prefixes that are needed now. The caller owns the set. */
    Set<Prefix> prefixes() {
        return new HashSet<>(counts.get(level).keySet());
    }
}
