package org.lvs4j.scheduler;

import java.util.Arrays;

/**
 * The server set of one destination of {@code lblcr}, the newest member first, with the time of its last change in
 * nanoseconds. Immutable.
 */
final class ServerSet {
    private final ServerReference[] members;
    private final long changedNanos;

    private ServerSet(ServerReference[] members, long changedNanos) {
        this.members = members;
        this.changedNanos = changedNanos;
    }

    static ServerSet of(Servers servers, int index, long nowNanos) {
        return new ServerSet(new ServerReference[] {ServerReference.to(servers, index)}, nowNanos);
    }

    int size() {
        return members.length;
    }

    long changedNanos() {
        return changedNanos;
    }

    boolean contains(Servers servers, int index) {
        for (ServerReference member : members) {
            if (member.indexIn(servers) == index) {
                return true;
            }
        }
        return false;
    }

    /** The index of the available member with the least load for its weight, or {@link Scheduler#NONE}. */
    int leastLoaded(Servers servers) {
        int best = Scheduler.NONE;
        long bestLoad = 0;
        long bestWeight = 0;
        for (ServerReference member : members) {
            int index = member.indexIn(servers);
            if (index >= 0 && servers.available(index)) {
                long load = LoadMeasure.WEIGHTED_LEAST_CONNECTION.load(servers.connections(index));
                long weight = servers.weight(index);
                if (best == Scheduler.NONE || bestLoad * weight > load * bestWeight) {
                    best = index;
                    bestLoad = load;
                    bestWeight = weight;
                }
            }
        }
        return best;
    }

    /** The set with one more member. A set that is larger than the list drops members that have left the list. */
    ServerSet with(Servers servers, int index, long nowNanos) {
        ServerReference[] now = new ServerReference[members.length + 1];
        now[0] = ServerReference.to(servers, index);
        int size = 1;
        for (ServerReference member : members) {
            if (members.length <= servers.size() || member.indexIn(servers) >= 0) {
                now[size++] = member;
            }
        }
        return new ServerSet(Arrays.copyOf(now, size), nowNanos);
    }

    /**
     * The set without the member of the greatest load for its weight, or without the first member that has left the
     * list. The same set if every member is quiesced.
     */
    ServerSet withoutMostLoaded(Servers servers, long nowNanos) {
        int most = -1;
        long mostLoad = 0;
        long mostWeight = 0;
        for (int i = 0; i < members.length; i++) {
            int index = members[i].indexIn(servers);
            if (index < 0) {
                most = i;
                break;
            }
            long weight = servers.weight(index);
            long load = LoadMeasure.WEIGHTED_LEAST_CONNECTION.load(servers.connections(index));
            if (weight > 0 && (most < 0 || mostLoad * weight < load * mostWeight)) {
                most = i;
                mostLoad = load;
                mostWeight = weight;
            }
        }
        if (most < 0) {
            return this;
        }
        ServerReference[] now = new ServerReference[members.length - 1];
        System.arraycopy(members, 0, now, 0, most);
        System.arraycopy(members, most + 1, now, most, now.length - most);
        return new ServerSet(now, nowNanos);
    }
}
